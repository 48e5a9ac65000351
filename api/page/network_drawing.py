"""Draws a campaign's key users and the users they influence most, as a self-contained HTML page."""

import colorsys

from neo4j_viz import Node, Relationship, VisualizationGraph

from graph.connection import Row

_NO_GROUP = "#c9ced4"


def draw_network(edges: list[Row], height: str = "520px") -> str:
    """Draw key users large, the users they influence small, and groups by colour.

    Parameters
    ----------
    edges
        As ``network.queries.key_user_network`` returns them.
    height
        A CSS length.

    Returns
    -------
    str
        HTML with its own scripts.
    """
    nodes: dict[str, Node] = {}
    for edge in edges:
        if edge["target"] is not None:
            _add_node(nodes, edge["target"], edge["target_rank"], edge["target_group"])
        _add_node(nodes, edge["source"], edge["source_rank"], edge["source_group"])
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
    # neo4j-viz cannot follow the page between light and dark, so the drawing is always light.
    return str(drawing.render(height=height, theme="light", show_layout_button=False).data)


def _add_node(nodes: dict[str, Node], user: str, rank: int | None, group: int | None) -> None:
    nodes[user] = Node(
        id=user,
        caption=f"#{rank} user {user}" if rank else user,
        size=60 if rank else 24,
        color=group_color(group),
        properties={"user": user, "key user": rank or "no", "group": group or "none"},
    )


def group_color(group: int | None) -> str:
    """Choose a group's colour by its rank; neighbouring ranks differ most. None: users of no group."""
    if group is None:
        return _NO_GROUP
    red, green, blue = colorsys.hls_to_rgb((group * 0.381966) % 1.0, 0.6, 0.55)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
