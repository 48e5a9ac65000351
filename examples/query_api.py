"""Read the API: `python -m examples.query_api [ADDRESS] [DATASET]`, with `groundswell serve` running."""

import os
import sys

import httpx


def main(address: str, dataset: str | None = None) -> None:
    """Print the campaigns with the most participants, and the key users of the first."""
    token = os.environ.get("GROUNDSWELL_API_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    parameters = {"dataset": dataset} if dataset else None

    def get(path: str) -> list[dict[str, object]]:
        response = httpx.get(f"{address}{path}", params=parameters, headers=headers, timeout=60)
        response.raise_for_status()
        return list(response.json())

    campaigns = sorted(get("/v1/campaigns"), key=lambda campaign: -int(str(campaign["participants"])))
    for campaign in campaigns[:5]:
        print(f"{campaign['name']}: {campaign['participants']} of {campaign['targeted']} took part")  # noqa: T201
    if not campaigns:
        sys.exit("The data set has no campaigns.")
    for user in get(f"/v1/campaigns/{campaigns[0]['id']}/key-users")[:5]:
        print(f"key user {user['user']}, rank {user['rank']}")  # noqa: T201


if __name__ == "__main__":
    main(
        sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000",
        sys.argv[2] if len(sys.argv) > 2 else None,
    )
