"""Delimiters and encodings of short texts: decided where the bytes decide, else left open."""

import pytest

from graph.importing.reading.delimiters import candidates as delimiters
from graph.importing.reading.encodings import candidates as encodings


@pytest.mark.parametrize(
    ("text", "fitting"),
    [
        ("id,name\n1,x\n2,y\n", [","]),
        ("id;name;tags\n1;x;a,b\n2;y;c,d\n3;z;e,f\n", [";"]),
        ("id;price\n1;3,50\n2;4,50\n", [";"]),
        ('id,name\n1,"a;b"\n2,"c;d"\n', [","]),
        ('id;text\n1;"first\nsecond"\n2;z\n', [";"]),
        ("id\tnames\n1\ta,b\n2\tc,d\n", ["\t"]),
        ("id|name\n1|x\n", ["|"]),
        ("a;b,c\n1;2,3\n4;5,6\n", [",", ";"]),
        ("id\n1\n2\n", []),
        ("", []),
        ("tags\na,b\nc,d\n", []),
        ("a;b\n" + "1;x,y\n" * 50 + "1;2;3\n", [";"]),
        ("a;b;c\n1;2;3;\n4;5;6;\n", [";"]),
    ],
)
def test_delimiter_is_the_one_that_divides_all_rows_like_the_header(text: str, fitting: list[str]) -> None:
    assert delimiters(text) == fitting


GERMAN = "Größe;Menge;Straße\nMüller;5;Köln\nJäger;7;Düsseldorf\n"
CHINESE = "用户,类型,商品\n张三,浏览,茶叶\n李四,购买,杯子\n"
JAPANESE = "顧客,商品,日付\n田中,お茶,2024\n鈴木,コップ,2024\n"


@pytest.mark.parametrize(
    ("text", "encoding", "plausible"),
    [
        ("id,name\n1,x\n", "ascii", ["utf-8"]),
        (GERMAN, "utf-8", ["utf-8"]),
        (GERMAN, "cp1252", ["cp1252"]),
        (GERMAN, "utf-16", ["utf-16"]),
        (GERMAN, "utf-16-le", ["utf-16-le"]),
        (GERMAN, "utf-8-sig", ["utf-8"]),
        ("name;preis\nKäse;5,00 €\n", "cp1252", ["cp1252"]),
        ("Prénom,Ville\nRené,Orléans\nHélène,Besançon\n", "cp1252", ["cp1252"]),
        ("imię,miasto\nŁukasz,Łódź\nŻaneta,Gdańsk\n", "cp1250", ["cp1250"]),
        ("Ilość;Wartość;Zamówienie\n3;160,89 zł;1\n4;2,50 zł;2\n", "cp1250", ["cp1250"]),
        ("Wurzel;Fläche\n5;12 m³\n6;3 m³\n", "cp1252", ["cp1252"]),
        ("Sipariş No;Müşteri\n1;Şükrü Yılmaz\n2;Ayşe Öztürk, Çaydanlık\n", "cp1254", ["cp1254"]),
        ("Nafn;Borg\nÞórður Guðmundsson;Reykjavík\nÝmir;Höfn\n", "cp1252", ["cp1252"]),
        ("id;ad\n1;Sarı\n2;Taş\n", "cp1254", ["cp1254", "cp1252"]),
        ("Příjmení;Město\nDvořák;Plzeň\nKůrka;České Budějovice\n", "cp1250", ["cp1250"]),
        ("Vevő;Város\nSzűcs Győző;Győr\nŐri Ágnes;Békéscsaba\n", "cp1250", ["cp1250"]),
        ("Client;Oraş\nŞtefan;Braşov\nŢăran;Iaşi\n", "cp1250", ["cp1250"]),
        ("Pirkėjas;Miestas\nRūta Žukauskienė;Panevėžys\nĄžuolas;Šiauliai\n", "cp1257", ["cp1257"]),
        ("Pircējs;Pilsēta\nJānis Bērziņš;Rīga\nĻubova;Jūrmala\n", "cp1257", ["cp1257"]),
        ("Πελάτης;Πόλη\nΓιώργος Παπαδόπουλος;Αθήνα\n", "cp1253", ["cp1253"]),
        ("לקוח;עיר\nדוד כהן;תל אביב\nשרה לוי;ירושלים\n", "cp1255", ["cp1255"]),
        ("العميل;المدينة\nمحمد علي;القاهرة\nفاطمة;الرياض\n", "cp1256", ["cp1256"]),
        ("товар\nчай\nчашка\nкофе\nсахар\n", "cp1251", ["cp1251"]),
        ("Müller;Köln\nHélène;Besançon\nMuñoz;Málaga\nSørensen;Ålborg\n", "cp1252", ["cp1252"]),
        ("имя,город\nИван,Москва\nОльга,Тверь\n", "cp1251", ["cp1251"]),
        (CHINESE, "utf-8", ["utf-8"]),
        (CHINESE, "gb18030", ["gb18030"]),
        (JAPANESE, "shift_jis", ["shift_jis"]),
        ("客戶,商品\n王小明,茶葉\n李小華,杯子\n", "big5", ["big5"]),
        ("주문번호,회원,상품\n1,홍길동,녹차\n2,이영희,컵\n3,박철수,찻잔\n", "cp949", ["cp949"]),
        # Two words are too short to tell Simplified and Traditional Chinese and Korean apart.
        ("user,kind\n1,浏览\n2,购买\n", "gb18030", ["gb18030", "cp949", "big5"]),
        ("user,kind\n1,구매\n2,취소\n", "cp949", ["gb18030", "cp949", "big5"]),
    ],
)
def test_encoding_is_decided_by_plausible_words(text: str, encoding: str, plausible: list[str]) -> None:
    assert encodings(text.encode(encoding)) == plausible


def test_cut_last_character_does_not_change_the_encoding() -> None:
    raw = CHINESE.encode() * 3
    assert {tuple(encodings(raw[:-cut])) for cut in range(1, 8)} == {("utf-8",)}


def test_lines_in_utf_8_do_not_decide_the_others() -> None:
    assert encodings(CHINESE.encode() + GERMAN.encode("cp1252")) == ["cp1252"]


def test_vietnamese_is_told_by_its_marks() -> None:
    raw = "Thành phố Hồ Chí Minh;Nguyễn Văn Đức".encode("cp1258", errors="ignore")
    raw += "Hà Nô\u0323i;Đà Nă\u0303ng;Nguyê\u0303n".encode("cp1258")
    assert encodings(raw) == ["cp1258"]
