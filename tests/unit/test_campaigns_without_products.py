"""A warning names campaigns that promote nothing, for which nothing counts where others promote products."""

from pathlib import Path

import pytest

from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent


@pytest.mark.parametrize(("promoted", "warned"), [("AB", 1), ("ABC", 0)])
def test_campaign_without_products_is_named(tmp_path: Path, promoted: str, warned: int) -> None:
    tables = {
        "campaigns": ["campaign_id,start_date,end_date", *(f"{c},2024-03-05,2024-03-20" for c in "ABC")],
        "campaign_products": ["campaign_id,sku", *(f"{c},s{i}" for i, c in enumerate(promoted))],
        "orders": ["order_id,customer_id,sku,ordered_at,amount"]
        + [f"o{i},m{i},s{i % 4},2024-03-{6 + i % 9:02} 10:00,5.00" for i in range(30)],
    }
    for name, lines in tables.items():
        (tmp_path / f"{name}.csv").write_text("\n".join([*lines, ""]))
    mapping = parse_mapping(load_yaml(infer_mapping(tmp_path, "shop", "UTC")), "test")
    report = check_files(tmp_path, mapping, Silent())
    # `import run` adds the same warnings.
    texts = [
        part.text for part in report.tally.campaign_warnings() if part.code == "campaigns_without_products"
    ]
    assert len(texts) == warned
    assert all(
        text.startswith("1 of 3 campaigns promotes no product, so that nothing counts for them: C.")
        for text in texts
    )
