"""By which letters a Chinese name is found: the first letter of each sound (拼音首字母).

The 3,755 usual characters stand in the order of their sounds in GB/T 2312; from where each letter
begins there, the letter of a character follows; the rarer ones stand by their strokes, and their
letters are listed. What the standard lacks stands for itself; of several sounds the usual counts.
"""

from bisect import bisect_right
from typing import Final

BEGINS: Final = (
    ("a", 0xB0A1),
    ("b", 0xB0C5),
    ("c", 0xB2C1),
    ("d", 0xB4EE),
    ("e", 0xB6EA),
    ("f", 0xB7A2),
    ("g", 0xB8C1),
    ("h", 0xB9FE),
    ("j", 0xBBF7),
    ("k", 0xBFA6),
    ("l", 0xC0AC),
    ("m", 0xC2E8),
    ("n", 0xC4C3),
    ("o", 0xC5B6),
    ("p", 0xC5BE),
    ("q", 0xC6DA),
    ("r", 0xC8BB),
    ("s", 0xC8F6),
    ("t", 0xCBFA),
    ("w", 0xCDDA),
    ("x", 0xCEF4),
    ("y", 0xD1B9),
    ("z", 0xD4D1),
)
USUAL: Final = range(0xB0A1, 0xD7FA)
RARE_FROM: Final = (0xD8, 0xA1)
ROW: Final = 94
RARE: Final = (
    "chwgnspgcgnegypbtyyzdxykygtzjnmjqmbsgzscyjsyyfpgkbzgydywjkgkljswkpjqhyjwrdzlsgmrypywwcckzn"
    "kyygttnjjnykkzytcjnmcylqlypyqfqrpzslwbtgkjfyxjwzltbncxjjjjtxdttsqzycdxxhgckbphffsstybgmxlp"
    "byllbhlxsmzmyjhsojnghdzqyklgjhsgqzhxqgkezzwyscscjxyeyxadzpmdssmzjzqjyzcjjfwqjbdzpxgznzcpwh"
    "wxhqkmwfbpbydtjzzkqhylygxfptyjyyzpszlfchmqshgmxxsxjyqdcsbbqbefsjyhwwgzkpylqbgldlcdtnmayddk"
    "ssngycsgxlyzaypnptsdkdylhgymylcxpycjndqjwxqxfyyfjlejbzrxccqwqqsbzkymgplbmjrqcflnymyqmsqtrb"
    "cjthztqfrxqhxmjjcjlxxgjmshzkbswyemyltxfsydsglycjqxsjnqbsctyhbftdcyzdjwyghqfrxwckqkxebptlpx"
    "jzsrmebwhjlbjslyysmdxlclqkxlhxjrzjmbqhxhwywsbhtrxxglhqhfnmgykldyxzpwlggsmtcfpajjzyljtyanjg"
    "bjplqgdzyqyaxbkysecjsznslyzhzxlzcghpxzhznytdsbcjkdlzayffydlebbgqyzkxgldndnyskjshdlyxbcghxy"
    "pkdjmmzngmmclgwzszxzjfznmlzzthcsydbdllscddnlkjykjsycjlknhqasdknhcsgsnhdaashtcplcpqybsdmpjl"
    "pzjoqlcdhjxysprchnwjnlhlyyqyhwzptczgwwmzffjqqqqyxaclbhkdjxdgmmydjxzllsygxgkjrywzwyclzmssjz"
    "ldbydcpcxyhlxchyzjqsqqagmnyxpfrkssbjlyxysyglnscmhcwwmnzjjlxxhchsyzsxtxrycyxbyhcsmxjsznpwgp"
    "xxtaybgajcxlyxdccwzocwkccsbnhcpdyznfcyytyckxkybsqkkytqqxfcwchcykelzqbsqyjqcclmthsywhmktlkj"
    "lycxwhyqqhtqkqpqsqscfymmdmgbwhwlgsllystlmlxpthmjhwljzyhzjxhtxjlhxrswlwzjcbxmhzqxsdzpmgfcsg"
    "lsxymjshxpjxwmyqksmyplrthbxftpmhyxlchlhlzylxgsssstclsldclrpbhzhxyyfhbmgdmycnqqwlqhjjcywjzy"
    "ejjdhpblqxtqkwhlchqxagtlxljxmsljhtzkzjecxjcjnmfbycsfywybjzgnysdzsqyrsljpclpwxsdwejbjcbcnay"
    "twgmpapclyqpclzxsbnmsggfnzjjbzsfzyndxhplqkzczwalsbccjxsyzhwkypsgxfzfcdkhjgxtlqfsgdslqwzkxt"
    "mhsbgzmjzrglyjbpmlmsxlzjqqhzyjczydjwbwjklddpmjegxyhylxhlqyqhkycwcjmyyxnatjhyccxzpcqlbzwwyt"
    "wbqcmlpmyrjcccxfpznzzljplxxyztzlgdltcklyrzzgqtgjhhgjljaxfgfjzslcfdqzlclgjdjzsnzlljpjqdcclc"
    "jxmyzftsxgcgsbrzxjqqctzhgyqtjqqlzxjylylbcyamcstylpdjbyregklzyzhlyszqlznwczcllwjqjjjkdgjzol"
    "bbzppglghtgzxyjhzmycnqcycyhbhgxkamtxyxnbskyzzgjzlqjdfcjxdygjqjjpmgwgjjjpkqsbgbmmcjssclpqpd"
    "xcdyykypcjddyygywrhjrtgznyqldkljszzgzqzjgdykshpzmtlcpwnjyfyzdjcnmwescyglbtzcgmssllyxqsxsbs"
    "jsbbsgghfjlypmzjnlyywdqshzxtyywhmcyhywdbxbtlmsyyyfsxjcbtxxlhjhfssxzqhfzmzcztqcxzxrttdjhnny"
    "zqqmtqdmmgyydxmjgdhcdyzbffallztdltfxmxqzdngwqdbdczjdxbzgsqqddjcmbkzffxmkdmdsyyszcmljdsynsp"
    "rskmkmpcklgtbqtfzswtfgglyplljzhgjjgypzltcsmcnbtjbqfkdhbyzgkpbbymtdssxtbnpdkleycjnyddykztdh"
    "qhsdzsctarlltkzlgecllkjlqjaqnbdkkghpjtzqksecshalqfmmgjnlyjbbtmlyzxdcjpldlpcqdhzycbzsczbzms"
    "ljflkrzjsnfrgjhxpdhyjybzgdlqcsezgxlblgyxtwmabchecmwyjyzlljjyhlgndjlslygkdzpzxjyyzlwcxszfgw"
    "yydlyhcljscmbjhblyzlycblydpdqysxqzbytdkyyjyycnrjmpdqgklcljbctbjddbblblczqrppxjcjlzcshltolj"
    "nmdddlngkathqhjhykheznmshrphqqjchgmfprxhjgdychghlyrzqlcyqjnzsqtkqjymszswlcfqqqxyfggyptqwlm"
    "crnfkkfsyylqbmqammmyxctpshcptxxzzsmphpshmclmldqfyqxszyjdjjzzhqpdszglstjbckbxyqzysgpsxqzqzr"
    "qtbdkyxzkhhgflbcsmdldgdzdblzyycxnncsybzbfglzzxswmsccmqnjqsbdqsjtxxmbltxzclzshzcxrqjgjylxzf"
    "jphymzqqydfqjjlzznzjcdgzygztxmzysctlkphtxhtlbjxjlxscdqxcbbtjfqzfsltjbtkqbxxjjljchczdbzjdcz"
    "jdcprnpqcjpfczlclzxzdmxmphjsgzgszzqjylwtjpfsyaxmcjbtzyycwmytzsjjlqcqlwzmalbxyfbpnlsfhtgjwe"
    "jjxxglljstgshjqlzfkcgnndszfdeqfhbsaqtgylbxmmygszldydqmjjrgbjtkgdhgkblqkbdmbylxwcxyttybkmrt"
    "jzxqjbhlmhmjjzmqasldcyxyqdlqcafywyxqhz"
)
"""The letters of the 3,008 rarer characters in their order from 0xD8A1 on, by the usual sound as
CLDR orders it."""

FROM: Final = [code for _letter, code in BEGINS]


def initials(name: str) -> str:
    """Return the first letters of a name's characters; digits and Latin letters stay."""
    return "".join(_letter(sign) for sign in name if not sign.isspace())


def _letter(sign: str) -> str:
    try:
        code = int.from_bytes(sign.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return sign
    if code in USUAL:
        return BEGINS[bisect_right(FROM, code) - 1][0]
    row, cell = code // 256 - RARE_FROM[0], code % 256 - RARE_FROM[1]
    return RARE[row * ROW + cell] if 0 <= row * ROW + cell < len(RARE) else sign.lower()
