"""What the invented models are called, who made them and what their makers say; titles with tags, line by line."""

LORAS = """
Marmalade Watercolour|watercolour,painting,soft
雨上がり · After the Rain|anime,rain,city
Paper Lantern Festival|lantern,festival,night
Тихий снег|snow,winter,calm
Clockwork Menagerie|steampunk,animals,brass
墨の庭 Ink Garden|ink,garden,sumi-e
Slow Morning Light|light,interior,photo
Fog Bank 35mm|film,fog,analog
Gouache Grocer|gouache,still life,food
Moss & Mortar|ruins,moss,fantasy
青花瓷 Blue Porcelain|porcelain,china,pattern
Lighthouse Keeper's Diary|sea,lighthouse,sketch
Zine Machine|risograph,zine,print
Cathedral of Mushrooms|mushroom,forest,fantasy
Неоновый дождь|neon,rain,cyberpunk
Sunday Comics 1934|comic,vintage,halftone
桜並木|sakura,spring,landscape
Botanical Plate No. 7|botanical,vintage,illustration
Velcro Astronaut|space,toy,clay
Grandmother's Quilt|textile,quilt,pattern
Salt Flats Cinematic|cinematic,desert,wide
折り紙 Origami Beasts|origami,animals,paper
Tiny Terrariums|terrarium,macro,glass
Boiled Wool Characters|felt,character,cute
Midnight Diner 深夜食堂|food,night,anime
Linocut Harbour|linocut,harbour,print
Оранжерея|greenhouse,plants,light
Pocket Dioramas|diorama,tilt shift,miniature
The Long Exposure|photo,night,light trails
水墨山水|ink,mountain,landscape
Rubber Hose Revival|cartoon,vintage,character
Brutalist Daydream|architecture,concrete,minimal
Kintsugi Portraits|gold,portrait,ceramic
Atlas of Clouds|clouds,sky,landscape
Kraft Paper Heroes|paper,craft,hero
🌊 Tidepool Bokeh|macro,sea,bokeh
Stop-Motion Fox|clay,fox,animation
Letterpress & Ligatures|typography,poster,print
冬の駅 Winter Station|anime,train,snow
Cross-Stitch Everything|embroidery,textile,cute
Bauhaus Bakery|bauhaus,food,poster
Copper & Verdigris|metal,patina,texture
Ghibli-less Meadow|meadow,summer,anime
Late Bronze Age|sculpture,bronze,museum
Ветреный берег|sea,wind,painting
Isometric Ateliers|isometric,interior,cute
Chalkboard Physics|chalk,diagram,science
琉璃 Glass Menagerie|glass,animals,light
Postcards from Callisto|space,retro,travel poster
Soft Robots|robot,clay,cute
Woodblock Weather|ukiyo-e,weather,print
Parisian Rooftops at 6 a.m.|paris,rooftops,morning
Tin Toy Parade|toy,tin,vintage
霧の竹林|bamboo,fog,landscape
Vintage Seed Packets|botanical,vintage,packaging
Sailcloth & Rope|ships,sea,oil painting
Polder Sky|clouds,landscape,dutch
Pixel Pantry 16|pixel art,food,game
Scandi Folk Beasts|folk art,animals,pattern
Crystal Cave Lighting|crystal,cave,light
Ночной трамвай|tram,night,city
Cutaway Submarines|cutaway,machine,diagram
Marble Run|marble,sculpture,physics
Teahouse Interiors 茶室|interior,tea,japan
Herbarium Scans|herbarium,plants,scan
Fireflies, Late July|night,fireflies,summer
Newsprint Noir|noir,halftone,comic
Pastel Brutes|pastel,monster,cute
Arctic Station Blueprints|blueprint,arctic,technical
Persimmon Still Lifes|still life,fruit,oil painting
Sidewalk Chalk Gods|chalk,street art,myth
手帳 Sketch Diary|sketch,diary,ink
Balcony Jungle|plants,city,light
Model Railway Afternoon|miniature,train,diorama
Enamel Pin Factory|enamel,pin,sticker
Quiet Brutalism|architecture,minimal,photo
Desert Radio|desert,retro,poster
Harvest Moon Puppetry|puppet,moon,theatre
Глиняные звери|clay,animals,cute
Gold Leaf Icons|gold,icon,portrait
Mediterranean Tiles|tile,pattern,blue
Wet Plate Collodion|photo,vintage,portrait
雪国 Snow Country|snow,landscape,film
Cardboard City|cardboard,city,craft
Lemon Grove Noon|lemon,summer,painting
Bookbinder's Marbling|marbling,paper,texture
Ink Wash Ships|ink,ships,sea
Dream Aquarium|aquarium,fish,light
Peacoat & Fog|fashion,fog,photo
Alpine Poster 1951|poster,mountain,vintage
Storm Glass|storm,glass,macro
Ceramic Whales|ceramic,whale,cute
Typewriter Ghosts|typewriter,ghost,noir
Lunar Greenhouse|moon,plants,sci-fi
Кофейня на углу|cafe,city,cozy
Sugar Skull Bakery|dessert,pattern,colour
Rainy Window Bokeh|rain,bokeh,window
Plein Air Pocket Set|painting,landscape,sketch
機械仕掛け Automata|machine,character,anime
Tapestry of Small Hours|tapestry,night,textile
Velvet Cinema|cinema,red,interior
Rooftop Pigeons|birds,city,photo
Cobalt Hour|blue hour,city,photo
Fjord Minimal|fjord,minimal,landscape
Sleepy Dragons|dragon,cute,fantasy
Watchmaker Macro|watch,macro,metal
Mossy Robots of Hokkaidō|robot,moss,landscape
Flat White Studio|product,minimal,light
Banana Leaf Batik|batik,pattern,textile
Paper Airplane Fleet|paper,sky,minimal
""".strip().split("\n")

CHECKPOINTS = """
Paper Lantern|illustration,general
Halcyon Real|photo,general
Kumo 雲|anime,general
Tallow & Ember|painting,fantasy
Северное сияние|photo,landscape
Quince|general,balanced
Inkwell Prime|ink,illustration
Morning Edition|photo,editorial
Yozora 夜空 Mix|anime,night
Porcelain|portrait,soft
Old Growth|landscape,forest
Cassette Futurism|sci-fi,retro
Figment|fantasy,general
Linen|photo,natural light
Daguerre|photo,vintage
Hinterland|landscape,film
青磁 Seiji|anime,soft
Marzipan|3d,cute
Ochre|painting,warm
Second Breakfast|fantasy,cozy
Lumen|light,photo
Saltwater|photo,sea
Kestrel|general,sharp
Gossamer|painting,soft
""".strip().split("\n")

OTHERS: dict[str, tuple[str, ...]] = {
    "TextualInversion": (
        "Gentle Hands",
        "Bad Weather Negative",
        "Quiet Eyes",
        "墨 Sumi Mood",
        "Unblurred",
        "Warm Bread Light",
        "Deep Fog",
        "Мягкий свет",
        "No More Sixth Fingers",
        "Golden Ratio Hour",
    ),
    "LoCon": ("Felted Alphabet", "Nacre", "Slate & Chalk", "Poplar Avenue", "Ripple Tank", "鈴 Suzu"),
    "DoRA": ("Obsidian Mirror", "Hazel", "Tidewater", "Wintergreen", "Copperplate"),
    "VAE": ("Clearwater VAE", "Softbox VAE", "Prism VAE", "Motion VAE"),
    "Controlnet": ("Edge of the Map", "Deep Well Depth", "Posture Coach", "Scribble Whisperer", "Tile & Grout"),
    "Upscaler": ("4x-Needlepoint", "2x-Softpaw", "4x-Newsprint Rescue", "4x-Foliage"),
    "MotionModule": ("Pendulum", "Slow Carousel"),
    "UNet": ("Harbourmaster", "Glasshouse Turbo", "Waystone", "Quiet Engine", "Thirty Herons"),
    "TextEncoder": ("Long Sentence CLIP", "Careful Reader T5"),
    "CLIPVision": ("Second Look",),
    "Workflows": ("Postcard in Three Nodes", "Overnight Upscale", "Storyboard Strip"),
    "Wildcards": ("Colours of a Harbour", "Weather Words"),
    "Poses": ("Market Day Poses", "Fencing Salle"),
    "Other": ("Odds & Ends Drawer",),
}

FIRST = (
    "Amber",
    "Borrowed",
    "Cobalt",
    "Distant",
    "Early",
    "Feathered",
    "Gilded",
    "Hollow",
    "Indigo",
    "Juniper",
    "Kindled",
    "Lacquered",
    "Milk",
    "Northern",
    "Opal",
    "Pewter",
    "Quiet",
    "Russet",
    "Silver",
    "Tumbled",
)
SECOND = (
    "Orchard",
    "Archive",
    "Harbour",
    "Machines",
    "Portraits",
    "Alphabet",
    "Monsoon",
    "Arcade",
    "Kitchens",
    "Gardens",
    "Constellations",
    "Sketchbook",
    "Theatre",
    "Tundra",
    "Sonata",
    "Vessels",
    "Windows",
    "Atlas",
)

CREATORS = (
    "marmaladelab",
    "ink_and_otter",
    "kumo_tsuki",
    "northern.relay",
    "Tante_Pixel",
    "夜明けの絵師",
    "vetka",
    "fieldnotes",
    "PaperKite",
    "slow_shutter",
    "mossgarden",
    "the_other_bauhaus",
    "quietengine",
    "саша_рисует",
    "heron30",
    "little-atlas",
)

OPENINGS = (
    "Trained on a winter's worth of scanned sketchbooks.",
    "Made for pictures that take their time.",
    "A small study in light, weather and patience.",
    "It does one thing and tries to do it kindly.",
    "Started as a joke among friends; stayed because it worked.",
    "The colours come from a tin of pastels found at a flea market.",
    "Likes wide frames, soft mornings and plain prompts.",
    "Two months of evenings went into this, and a lot of tea.",
)
MIDDLES = (
    "Works best between <strong>0.6</strong> and <strong>0.9</strong>; above that it starts to sing off key.",
    "Mix it with others at half strength. It is a good neighbour.",
    "Leave the negative prompt short. It knows what to avoid.",
    "Try it with a plain background first, then let it loose.",
    "For close-ups, lower the strength a little and add one more light source.",
)
CLOSINGS = (
    "If you make something you like, hang it on the fridge.",
    "Feedback is welcome, screenshots even more so.",
    'Notes and the full changelog are <a href="https://example.org/notes" rel="ugc" target="_blank">over here</a>.',
    "Next version when the rain stops.",
)
PROMPTS = (
    "a lighthouse in the first light of morning, {word}, soft fog, wide view",
    "{word}, a small kitchen with an open window, warm light, steam",
    "portrait of an old sailor with kind eyes, {word}",
    "{word}, a fox asleep in tall grass, late summer, fine detail",
    "an empty tram at night, {word}, reflections on wet stones",
    "still life with persimmons and a blue bowl, {word}",
    "{word}, hills behind hills, long shadows, a single tree",
)

HOSTILE_DESCRIPTION = (
    "<p>Pleasant on the outside.</p><script>window.__touched=1</script>"
    '<img src="https://canary.invalid/pixel.png" onerror="window.__touched=2">'
    '<a href="javascript:window.__touched=3">a link</a> <a href="https://example.org/">an honest one</a>'
    '<svg onload="window.__touched=4"><a xlink:href="javascript:1"><text>svg</text></a></svg>'
    '<iframe srcdoc="<script>parent.__touched=5</script>"></iframe><form action="https://canary.invalid/"><input></form>'
    '<div style="position:fixed;inset:0;background:url(https://canary.invalid/bg)">cover</div>'
    "<math><mi//xlink:href='data:x,<script>1</script>'></math><style>*{display:none}</style>"
    '<p title="&quot;><script>1</script>">quoted</p><p>\u202ereversed\u202c and\u200b joined</p>'
)
