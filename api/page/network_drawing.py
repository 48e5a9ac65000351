"""A campaign's key users and the users they influence most, as one standalone HTML page."""

import colorsys

from neo4j_viz import Node, Relationship, VisualizationGraph

from graph.connection import Row

_OUTSIDE = "#c9ced4"


def draw_network(edges: list[Row], height: str = "520px") -> str:
    """`edges` as ``results.key_user_network`` gives them: key users large, groups by colour."""
    nodes: dict[str, Node] = {}
    for edge in edges:
        if edge["target"] is not None:
            _add(nodes, edge["target"], edge["target_rank"], edge["target_group"])
        _add(nodes, edge["source"], edge["source_rank"], edge["source_group"])
    relationships = [
        Relationship(
            source=edge["source"],
            target=edge["target"],
            caption=f"{edge['probability']:.0%}",
            width=1 + 12 * edge["probability"],
            properties={"probability": round(edge["probability"], 4)},
        )
        for edge in edges
        if edge["target"] is not None
    ]
    drawing = VisualizationGraph(nodes=list(nodes.values()), relationships=relationships)
    # The page says the same in tables; the drawing follows the page's light background.
    return str(drawing.render(height=height, theme="light", show_layout_button=False).data)


def _add(nodes: dict[str, Node], user: str, rank: int | None, group: int | None) -> None:
    nodes[user] = Node(
        id=user,
        caption=f"#{rank} user {user}" if rank else user,
        size=60 if rank else 24,
        color=group_color(group),
        properties={"user": user, "key user": rank or "no", "group": group or "none"},
    )


def group_color(group: int | None) -> str:
    """A colour per group, far apart for groups next to each other in rank."""
    if group is None:
        return _OUTSIDE
    red, green, blue = colorsys.hls_to_rgb((group * 0.381966) % 1.0, 0.6, 0.55)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
