"""Names by which files and columns are recognised, in English and German."""

# A file belongs to the first table with a word that its name contains.
TABLE_WORDS = {
    "user_tags": ("user_tag", "profile", "segment", "interest"),
    "promotions": ("promot", "offer", "campaign_product", "product_campaign"),
    "targetings": ("target", "mailing", "audience", "recipient", "reach", "sent"),
    "coupons": ("coupon", "voucher"),
    "ties": ("tie", "friend", "follow", "edge", "relation"),
    "campaigns": ("campaign", "kampagne", "aktion"),
    "behaviours": ("behav", "event", "order", "transaction", "purchase", "sale", "click", "activit", "view",
                   "redem", "bestellung"),
    "products": ("product", "item", "article", "artikel", "sku"),
    "tags": ("tag", "label", "keyword"),
    "users": ("user", "customer", "member", "household", "client", "kunde", "people", "person"),
}  # fmt: skip
COLUMN_WORDS = {
    "user": ("user_id", "user", "customer_id", "customer", "customer_no", "member_id", "household_id",
             "client_id", "kunde", "kundennr", "kunden_nr", "uid"),
    "campaign": ("campaign_id", "campaign", "kampagne", "aktion"),
    "product": ("product_id", "product", "item_id", "item", "sku", "article", "artikel", "artikelnr",
                "artikel_nr"),
    "tag": ("tag_id", "tag", "segment", "interest"),
    "coupon": ("coupon_id", "coupon", "coupon_upc", "voucher"),
    "at": ("at", "time", "timestamp", "datetime", "date", "created_at", "event_time", "order_date",
           "ordered_at", "sent_at", "datum", "zeit"),
    "starts": ("starts", "start", "start_date", "starts_at", "begin", "von"),
    "ends": ("ends", "end", "end_date", "ends_at", "bis"),
    "kind": ("kind", "type", "event", "event_type", "action", "typ"),
    "quantity": ("quantity", "qty", "count", "menge", "anzahl"),
    "value": ("value", "amount", "revenue", "price", "total", "sales_value", "betrag", "umsatz", "preis"),
    "discount": ("discount", "rabatt"),
    "coupon_discount": ("coupon_discount", "coupon_disc"),
    "basket": ("basket", "basket_id", "order_id", "session_id", "order", "session"),
    "store": ("store", "store_id", "shop", "channel", "filiale"),
    "name": ("name", "title", "description", "bezeichnung"),
    "text": ("text", "name", "title", "label", "description"),
    "category": ("category", "product_category", "kategorie", "warengruppe"),
    "weight": ("weight", "score", "strength"),
    "source": ("source", "from", "follower", "user_a"),
    "target": ("target", "to", "followee", "user_b"),
}  # fmt: skip
ENTITY_OF = {
    "users": "user",
    "campaigns": "campaign",
    "products": "product",
    "tags": "tag",
    "coupons": "coupon",
}
