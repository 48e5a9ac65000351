"""Words for yes and no, in lower case."""

YES = {
    "true", "t", "yes", "y", "1", "x", "ja", "j", "oui", "o", "si", "sí", "sim", "tak", "wahr", "vrai", "是",
    "evet",
}  # fmt: skip
NO = {
    "false", "f", "no", "n", "0", "nein", "non", "nee", "não", "nao", "nie", "falsch", "faux", "否",
    "hayır", "-",
}  # fmt: skip
