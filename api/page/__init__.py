"""The web page: server-rendered HTML; every script comes from this machine.

``view`` gathers what the page says of a campaign (in sentences: ``story``), ``overview`` of all of them;
``words`` has its languages, whose texts are in ``locale``. ``charts`` draws curves with plotly,
``drawing`` the network with neo4j-viz, ``browser_link`` leads into Neo4j Browser.
"""
