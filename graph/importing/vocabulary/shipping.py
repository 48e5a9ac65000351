"""Names of lines of orders that are shipping: `Versandkosten Inland (DHL)`, but not `Shipping box`."""

from graph.importing.vocabulary.names import simplify

_SHIPPING = {
    "shipping", "postage", "freight", "delivery", "versand", "versandkosten", "versandpauschale",
    "versandgebühr", "versandgebühren", "standardversand", "expressversand", "lieferung", "lieferkosten",
    "porto", "livraison", "expédition", "envío", "envio", "verzending", "verzendkosten", "bezorging",
    "bezorgkosten", "spedizione", "frete", "frakt", "fragt", "toimitus", "wysyłka", "dostawa", "kargo",
    "doručení", "szállítás", "livrare", "доставка", "运费", "送料", "배송비",
}  # fmt: skip
_BESIDE = {
    # Kinds of it, and what it costs.
    "standard", "express", "economy", "priority", "free", "flat", "rate", "insured", "tracked", "signed",
    "domestic", "international", "worldwide", "cost", "costs", "fee", "fees", "charge", "charges",
    "price", "and", "handling", "packing", "packaging", "parcel", "package", "to", "within", "home",
    "next", "same", "day", "up", "kg", "lb", "kosten", "pauschale", "gebühr", "gebühren", "und",
    "verpackung", "inkl", "zzgl", "nach", "inland", "ausland", "bis", "weltweit", "paket", "päckchen",
    "brief", "versichert", "versicherter", "kostenlos", "kostenlose", "kostenloser", "gratis", "frais",
    "de", "à", "domicile", "point", "relais", "gratuite", "gastos", "estándar", "gratuito", "spese", "di",
    "costi", "gratuita", "darmowa", "koszt", "koszty",
    # Carriers and countries.
    "dhl", "ups", "fedex", "dpd", "gls", "hermes", "usps", "tnt", "evri", "royal", "mail", "post",
    "postnl", "bpost", "colissimo", "chronopost", "mondial", "relay", "correos", "seur", "brt", "inpost",
    "eu", "us", "usa", "uk", "at", "ch", "fr", "germany", "deutschland", "österreich", "austria",
    "schweiz", "switzerland", "france", "europe", "europa",
}  # fmt: skip
"""Words that make no product of it."""


def is_shipping(name: str) -> bool:
    """Return whether the name of a line is that of shipping, and of nothing else."""
    words = set(simplify(name).replace("frais_de_port", "livraison").split("_"))
    others = {word for word in words - _BESIDE if not word.removesuffix("kg").isdecimal()}
    return bool(others) and others <= _SHIPPING
