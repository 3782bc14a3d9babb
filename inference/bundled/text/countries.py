"""The table of countries and capitals behind the fact sentences.

Covers the 193 members of the United Nations and Kosovo, Palestine, Taiwan and
Vatican City. Traditional names follow the usage of Taiwan, simplified names the
usage of the mainland. Knows nothing of sentences; see `capitals.py`.
"""

from dataclasses import dataclass

from inference.bundled.text.script import simplify
from inference.bundled.text.words import listed


@dataclass(frozen=True)
class Country:
    """One country: names of itself and of its capital, in English and both Chinese scripts."""

    name: str
    capital: str
    continent: str
    hant: str
    hant_capital: str
    hans: str
    hans_capital: str


# English name|capital|traditional name|capital[|simplified name|capital, where it is not the same word in simplified characters]
_ROWS = {
    "Africa": """
Algeria|Algiers|阿爾及利亞|阿爾及爾
Angola|Luanda|安哥拉|盧安達|安哥拉|罗安达
Benin|Porto-Novo|貝南|新港|贝宁|波多诺伏
Botswana|Gaborone|波札那|嘉柏隆里|博茨瓦纳|哈博罗内
Burkina Faso|Ouagadougou|布吉納法索|瓦加杜古|布基纳法索|瓦加杜古
Burundi|Gitega|蒲隆地|吉特加|布隆迪|基特加
Cameroon|Yaoundé|喀麥隆|雅溫德|喀麦隆|雅温得
Cape Verde|Praia|維德角|培亞|佛得角|普拉亚
Central African Republic|Bangui|中非共和國|班基|中非共和国|班吉
Chad|N'Djamena|查德|恩加美納|乍得|恩贾梅纳
Comoros|Moroni|葛摩|莫洛尼|科摩罗|莫罗尼
Democratic Republic of the Congo|Kinshasa|剛果民主共和國|金夏沙|刚果民主共和国|金沙萨
Djibouti|Djibouti|吉布地|吉布地市|吉布提|吉布提市
Egypt|Cairo|埃及|開羅
Equatorial Guinea|Malabo|赤道幾內亞|馬拉博
Eritrea|Asmara|厄利垂亞|阿斯馬拉|厄立特里亚|阿斯马拉
Eswatini|Mbabane|史瓦帝尼|墨巴本|斯威士兰|姆巴巴内
Ethiopia|Addis Ababa|衣索比亞|阿迪斯阿貝巴|埃塞俄比亚|亚的斯亚贝巴
Gabon|Libreville|加彭|自由市|加蓬|利伯维尔
Ghana|Accra|迦納|阿克拉|加纳|阿克拉
Guinea|Conakry|幾內亞|柯那克里|几内亚|科纳克里
Guinea-Bissau|Bissau|幾內亞比索|比索|几内亚比绍|比绍
Ivory Coast|Yamoussoukro|象牙海岸|雅穆索戈|科特迪瓦|亚穆苏克罗
Kenya|Nairobi|肯亞|奈洛比|肯尼亚|内罗毕
Lesotho|Maseru|賴索托|馬賽魯|莱索托|马塞卢
Liberia|Monrovia|賴比瑞亞|蒙羅維亞|利比里亚|蒙罗维亚
Libya|Tripoli|利比亞|的黎波里
Madagascar|Antananarivo|馬達加斯加|安塔那那利佛|马达加斯加|塔那那利佛
Malawi|Lilongwe|馬拉威|里朗威|马拉维|利隆圭
Mali|Bamako|馬利|巴馬科|马里|巴马科
Mauritania|Nouakchott|茅利塔尼亞|諾克少|毛里塔尼亚|努瓦克肖特
Mauritius|Port Louis|模里西斯|路易港|毛里求斯|路易港
Morocco|Rabat|摩洛哥|拉巴特
Mozambique|Maputo|莫三比克|馬布多|莫桑比克|马普托
Namibia|Windhoek|納米比亞|溫得和克
Niger|Niamey|尼日|尼阿美|尼日尔|尼亚美
Nigeria|Abuja|奈及利亞|阿布加|尼日利亚|阿布贾
Republic of the Congo|Brazzaville|剛果共和國|布拉薩維爾|刚果共和国|布拉柴维尔
Rwanda|Kigali|盧安達|吉佳利|卢旺达|基加利
São Tomé and Príncipe|São Tomé|聖多美普林西比|聖多美|圣多美和普林西比|圣多美
Senegal|Dakar|塞內加爾|達卡|塞内加尔|达喀尔
Seychelles|Victoria|塞席爾|維多利亞|塞舌尔|维多利亚
Sierra Leone|Freetown|獅子山|自由城|塞拉利昂|弗里敦
Somalia|Mogadishu|索馬利亞|摩加迪休|索马里|摩加迪沙
South Africa|Pretoria|南非|普利托利亞|南非|比勒陀利亚
South Sudan|Juba|南蘇丹|朱巴
Sudan|Khartoum|蘇丹|喀土穆
Tanzania|Dodoma|坦尚尼亞|杜篤瑪|坦桑尼亚|多多马
The Gambia|Banjul|甘比亞|班竹|冈比亚|班珠尔
Togo|Lomé|多哥|洛梅
Tunisia|Tunis|突尼西亞|突尼斯|突尼斯|突尼斯市
Uganda|Kampala|烏干達|坎帕拉
Zambia|Lusaka|尚比亞|路沙卡|赞比亚|卢萨卡
Zimbabwe|Harare|辛巴威|哈拉雷|津巴布韦|哈拉雷
""",
    "Asia": """
Afghanistan|Kabul|阿富汗|喀布爾
Armenia|Yerevan|亞美尼亞|葉里溫|亚美尼亚|埃里温
Azerbaijan|Baku|亞塞拜然|巴庫|阿塞拜疆|巴库
Bahrain|Manama|巴林|麥納瑪|巴林|麦纳麦
Bangladesh|Dhaka|孟加拉|達卡|孟加拉国|达卡
Bhutan|Thimphu|不丹|廷布
Brunei|Bandar Seri Begawan|汶萊|斯里巴加灣市|文莱|斯里巴加湾市
Cambodia|Phnom Penh|柬埔寨|金邊
China|Beijing|中國|北京
Cyprus|Nicosia|賽普勒斯|尼古西亞|塞浦路斯|尼科西亚
Georgia|Tbilisi|喬治亞|提比里斯|格鲁吉亚|第比利斯
India|New Delhi|印度|新德里
Indonesia|Jakarta|印尼|雅加達|印度尼西亚|雅加达
Iran|Tehran|伊朗|德黑蘭
Iraq|Baghdad|伊拉克|巴格達
Israel|Jerusalem|以色列|耶路撒冷
Japan|Tokyo|日本|東京
Jordan|Amman|約旦|安曼
Kazakhstan|Astana|哈薩克|阿斯塔納|哈萨克斯坦|阿斯塔纳
Kuwait|Kuwait City|科威特|科威特市
Kyrgyzstan|Bishkek|吉爾吉斯|比斯凱克|吉尔吉斯斯坦|比什凯克
Laos|Vientiane|寮國|永珍|老挝|万象
Lebanon|Beirut|黎巴嫩|貝魯特
Malaysia|Kuala Lumpur|馬來西亞|吉隆坡
Maldives|Malé|馬爾地夫|馬列|马尔代夫|马累
Mongolia|Ulaanbaatar|蒙古|烏蘭巴托
Myanmar|Naypyidaw|緬甸|奈比多|缅甸|内比都
Nepal|Kathmandu|尼泊爾|加德滿都
North Korea|Pyongyang|北韓|平壤|朝鲜|平壤
Oman|Muscat|阿曼|馬斯喀特
Pakistan|Islamabad|巴基斯坦|伊斯蘭馬巴德|巴基斯坦|伊斯兰堡
Palestine|Ramallah|巴勒斯坦|拉姆安拉
Philippines|Manila|菲律賓|馬尼拉
Qatar|Doha|卡達|杜哈|卡塔尔|多哈
Saudi Arabia|Riyadh|沙烏地阿拉伯|利雅德|沙特阿拉伯|利雅得
Singapore|Singapore|新加坡|新加坡
South Korea|Seoul|南韓|首爾|韩国|首尔
Sri Lanka|Sri Jayawardenepura Kotte|斯里蘭卡|斯里賈亞瓦德納普拉科特|斯里兰卡|斯里贾亚瓦德纳普拉科特
Syria|Damascus|敘利亞|大馬士革
Taiwan|Taipei|臺灣|臺北|台湾|台北
Tajikistan|Dushanbe|塔吉克|杜尚貝|塔吉克斯坦|杜尚别
Thailand|Bangkok|泰國|曼谷
Timor-Leste|Dili|東帝汶|帝力
Turkey|Ankara|土耳其|安卡拉
Turkmenistan|Ashgabat|土庫曼|阿什哈巴特|土库曼斯坦|阿什哈巴德
United Arab Emirates|Abu Dhabi|阿拉伯聯合大公國|阿布達比|阿拉伯联合酋长国|阿布扎比
Uzbekistan|Tashkent|烏茲別克|塔什干|乌兹别克斯坦|塔什干
Vietnam|Hanoi|越南|河內
Yemen|Sanaa|葉門|沙那|也门|萨那
""",
    "Europe": """
Albania|Tirana|阿爾巴尼亞|地拉那
Andorra|Andorra la Vella|安道爾|安道爾城
Austria|Vienna|奧地利|維也納
Belarus|Minsk|白俄羅斯|明斯克
Belgium|Brussels|比利時|布魯塞爾
Bosnia and Herzegovina|Sarajevo|波士尼亞與赫塞哥維納|塞拉耶佛|波斯尼亚和黑塞哥维那|萨拉热窝
Bulgaria|Sofia|保加利亞|索菲亞
Croatia|Zagreb|克羅埃西亞|札格瑞布|克罗地亚|萨格勒布
Czech Republic|Prague|捷克|布拉格
Denmark|Copenhagen|丹麥|哥本哈根
Estonia|Tallinn|愛沙尼亞|塔林
Finland|Helsinki|芬蘭|赫爾辛基
France|Paris|法國|巴黎
Germany|Berlin|德國|柏林
Greece|Athens|希臘|雅典
Hungary|Budapest|匈牙利|布達佩斯
Iceland|Reykjavik|冰島|雷克雅維克|冰岛|雷克雅未克
Ireland|Dublin|愛爾蘭|都柏林
Italy|Rome|義大利|羅馬|意大利|罗马
Kosovo|Pristina|科索沃|普里斯提納|科索沃|普里什蒂纳
Latvia|Riga|拉脫維亞|里加
Liechtenstein|Vaduz|列支敦斯登|瓦都茲|列支敦士登|瓦杜兹
Lithuania|Vilnius|立陶宛|維爾紐斯
Luxembourg|Luxembourg|盧森堡|盧森堡市
Malta|Valletta|馬爾他|瓦萊塔|马耳他|瓦莱塔
Moldova|Chisinau|摩爾多瓦|奇西瑙|摩尔多瓦|基希讷乌
Monaco|Monaco|摩納哥|摩納哥
Montenegro|Podgorica|蒙特內哥羅|波德戈里察|黑山|波德戈里察
Netherlands|Amsterdam|荷蘭|阿姆斯特丹
North Macedonia|Skopje|北馬其頓|史高比耶|北马其顿|斯科普里
Norway|Oslo|挪威|奧斯陸
Poland|Warsaw|波蘭|華沙
Portugal|Lisbon|葡萄牙|里斯本
Romania|Bucharest|羅馬尼亞|布加勒斯特
Russia|Moscow|俄羅斯|莫斯科
San Marino|San Marino|聖馬利諾|聖馬利諾市|圣马力诺|圣马力诺市
Serbia|Belgrade|塞爾維亞|貝爾格勒|塞尔维亚|贝尔格莱德
Slovakia|Bratislava|斯洛伐克|布拉提斯拉瓦|斯洛伐克|布拉迪斯拉发
Slovenia|Ljubljana|斯洛維尼亞|盧比安納|斯洛文尼亚|卢布尔雅那
Spain|Madrid|西班牙|馬德里
Sweden|Stockholm|瑞典|斯德哥爾摩
Switzerland|Bern|瑞士|伯恩|瑞士|伯尔尼
Ukraine|Kyiv|烏克蘭|基輔
United Kingdom|London|英國|倫敦
Vatican City|Vatican City|梵蒂岡|梵蒂岡城
""",
    "North America": """
Antigua and Barbuda|Saint John's|安地卡及巴布達|聖約翰|安提瓜和巴布达|圣约翰
Bahamas|Nassau|巴哈馬|拿索|巴哈马|拿骚
Barbados|Bridgetown|巴貝多|橋鎮|巴巴多斯|布里奇敦
Belize|Belmopan|貝里斯|貝爾墨邦|伯利兹|贝尔莫潘
Canada|Ottawa|加拿大|渥太華
Costa Rica|San José|哥斯大黎加|聖荷西|哥斯达黎加|圣何塞
Cuba|Havana|古巴|哈瓦那
Dominica|Roseau|多米尼克|羅索
Dominican Republic|Santo Domingo|多明尼加|聖多明哥|多米尼加|圣多明各
El Salvador|San Salvador|薩爾瓦多|聖薩爾瓦多
Grenada|Saint George's|格瑞那達|聖喬治|格林纳达|圣乔治
Guatemala|Guatemala City|瓜地馬拉|瓜地馬拉市|危地马拉|危地马拉城
Haiti|Port-au-Prince|海地|太子港
Honduras|Tegucigalpa|宏都拉斯|德古西加巴|洪都拉斯|特古西加尔巴
Jamaica|Kingston|牙買加|京斯敦|牙买加|金斯敦
Mexico|Mexico City|墨西哥|墨西哥城
Nicaragua|Managua|尼加拉瓜|馬納瓜
Panama|Panama City|巴拿馬|巴拿馬城
Saint Kitts and Nevis|Basseterre|聖克里斯多福及尼維斯|巴士地|圣基茨和尼维斯|巴斯特尔
Saint Lucia|Castries|聖露西亞|卡斯翠|圣卢西亚|卡斯特里
Saint Vincent and the Grenadines|Kingstown|聖文森及格瑞那丁|金石城|圣文森特和格林纳丁斯|金斯敦
Trinidad and Tobago|Port of Spain|千里達及托巴哥|西班牙港|特立尼达和多巴哥|西班牙港
United States|Washington|美國|華盛頓
""",
    "South America": """
Argentina|Buenos Aires|阿根廷|布宜諾斯艾利斯
Bolivia|Sucre|玻利維亞|蘇克雷
Brazil|Brasília|巴西|巴西利亞
Chile|Santiago|智利|聖地牙哥|智利|圣地亚哥
Colombia|Bogotá|哥倫比亞|波哥大
Ecuador|Quito|厄瓜多|基多|厄瓜多尔|基多
Guyana|Georgetown|蓋亞那|喬治城|圭亚那|乔治敦
Paraguay|Asunción|巴拉圭|亞松森
Peru|Lima|秘魯|利馬
Suriname|Paramaribo|蘇利南|巴拉馬利波|苏里南|帕拉马里博
Uruguay|Montevideo|烏拉圭|蒙特維多|乌拉圭|蒙得维的亚
Venezuela|Caracas|委內瑞拉|卡拉卡斯|委内瑞拉|加拉加斯
""",
    "Oceania": """
Australia|Canberra|澳洲|坎培拉|澳大利亚|堪培拉
Fiji|Suva|斐濟|蘇瓦
Kiribati|South Tarawa|吉里巴斯|南塔拉瓦|基里巴斯|南塔拉瓦
Marshall Islands|Majuro|馬紹爾群島|馬久羅|马绍尔群岛|马朱罗
Micronesia|Palikir|密克羅尼西亞|帕利基爾
Nauru|Yaren|諾魯|亞倫|瑙鲁|亚伦
New Zealand|Wellington|紐西蘭|威靈頓|新西兰|惠灵顿
Palau|Ngerulmud|帛琉|恩吉魯穆德|帕劳|恩吉鲁穆德
Papua New Guinea|Port Moresby|巴布亞紐幾內亞|摩斯比港|巴布亚新几内亚|莫尔兹比港
Samoa|Apia|薩摩亞|阿庇亞|萨摩亚|阿皮亚
Solomon Islands|Honiara|索羅門群島|荷尼阿拉|所罗门群岛|霍尼亚拉
Tonga|Nuku'alofa|東加|努瓜婁發|汤加|努库阿洛法
Tuvalu|Funafuti|吐瓦魯|富納富提|图瓦卢|富纳富提
Vanuatu|Port Vila|萬那杜|維拉港|瓦努阿图|维拉港
""",
}


def _parse(continent: str, row: str) -> Country:
    fields = row.split("|")
    hant = fields[2:4]
    hans = fields[4:6] or [simplify(word) for word in hant]
    return Country(fields[0], fields[1], continent, hant[0], hant[1], hans[0], hans[1])


COUNTRIES: tuple[Country, ...] = tuple(_parse(continent, row) for continent, rows in _ROWS.items() for row in rows.strip().splitlines())

# English names that take an article inside a sentence.
_WITH_ARTICLE = frozenset(
    listed(
        "Central African Republic,Comoros,Democratic Republic of the Congo,Republic of the Congo,Ivory Coast,"
        "Seychelles,Maldives,Philippines,United Arab Emirates,Czech Republic,Netherlands,United Kingdom,Bahamas,"
        "Dominican Republic,United States,Marshall Islands,Solomon Islands",
        ",",
    )
)


def in_sentence(country: Country) -> str:
    """The English name as it stands in the middle of a sentence ("the Netherlands", "the Gambia")."""
    if country.name in _WITH_ARTICLE:
        return f"the {country.name}"
    return country.name.replace("The Gambia", "the Gambia")
