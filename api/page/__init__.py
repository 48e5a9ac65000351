"""The web page: server-rendered HTML, scripts and styles, all served by this process.

``campaign_view`` and ``campaigns_view`` collect what the templates show; ``summary`` describes a campaign in
sentences, ``charts`` draws with plotly, ``network_drawing`` with neo4j-viz; ``source_query`` shows the Cypher
query of each picture, with a link into Neo4j Browser; ``i18n`` translates, with the texts in ``locale``.
"""
