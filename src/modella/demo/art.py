"""Pictures for a hub that has no photographs: posters painted from a seed, the same ones every time.

A painter gets a brush (the canvas at twice its size, a palette, a source of chance) and leaves a finished poster.
Everything is measured in parts of the canvas, so the same seed painted thumb-sized is the same composition; that is
where the BlurHash comes from. Shapes are drawn at double size and halved, which is all the smoothing they need.
"""

import io
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import blurhash
from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Point = tuple[float, float]
Thing = TypeVar("Thing")

SHAPES: tuple[tuple[int, int], ...] = (
    (512, 768),
    (512, 768),
    (576, 768),
    (640, 640),
    (768, 512),
    (832, 512),
    (512, 640),
    (544, 816),
)
"""Width and height of the posters; tall ones are the most common, as on any wall of previews."""

_PALETTES = (
    "0b1d2a 1f4e5f 79a8a9 e9a76b f4f1e8",
    "2b2118 8c3b1b e2723b f2b680 f7ead9",
    "1b2a22 3c5a45 8aa37b d9d7a5 f5f1e1",
    "1a1433 43307a 8d6bc1 d7b7e3 fbe9e7",
    "2a1020 6b2145 c2456b f08a7b fbd9c0",
    "0d2b33 1f6f78 6dc0b8 cdeee3 fff4d6",
    "3a2130 8a4f4d d08c60 ecc28b f9ead0",
    "1b2338 3a4a7a 7b8ac0 d4b8c7 f6d5b5",
    "1e2f23 4e7a3a b9bf45 f3e58d fffbe6",
    "101218 2b2f3a 6f6a5c c9a75a f4ecd8",
    "073b4c 11708f 2fb39a ffd166 fdf3dc",
    "2c2a4a 4f518c 907ad6 dabfff f5ecff",
    "2f3b2a 6b8f5a b9cf9c d9a15b f6f2dc",
    "10302f 20706f e0853d e9cf9f f5efe0",
    "3b1c32 7d3c5a c9798f eab8b8 fcefe9",
    "08203e 22577a 57a8c4 b9e3ef f7fcff",
    "14080e 5a1a1d a8331b e8672c ffc97a",
    "1d1f2b 34495e d1495b edae49 f6eedc",
    "241b2f 46405e 7a8f9c e3b9a2 faeee3",
    "12263a 0e6ba8 6fb1d6 f2c6a0 fdf2e4",
)

PALETTES: tuple[tuple[Colour, ...], ...] = tuple(
    tuple((int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)) for code in line.split()) for line in _PALETTES
)
"""Five colours each, from the darkest to the lightest."""


@dataclass
class Brush:
    """What a painter holds: the canvas at double size, five colours, and chance."""

    canvas: Image.Image
    colours: tuple[Colour, ...]
    chance: random.Random

    @property
    def width(self) -> int:
        """Width of the canvas in its own pixels."""
        return self.canvas.width

    @property
    def height(self) -> int:
        """Height of the canvas in its own pixels."""
        return self.canvas.height

    @property
    def unit(self) -> int:
        """The shorter side: sizes are parts of it."""
        return min(self.canvas.size)

    @property
    def thumb(self) -> bool:
        """Whether this is only a thumbnail, for which the broad strokes will do."""
        return self.unit < 160

    def pen(self) -> ImageDraw.ImageDraw:
        """A pen on the canvas."""
        return ImageDraw.Draw(self.canvas)

    def pick(self, things: Sequence[Thing]) -> Thing:
        """One of the things, by chance."""
        return things[int(self.chance.random() * len(things))]

    def between(self, low: float, high: float) -> float:
        """A number in between, by chance."""
        return low + (high - low) * self.chance.random()


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """A colour between two; `share` is how much there is of the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def fade(size: tuple[int, int], *stops: Colour) -> Image.Image:
    """A vertical gradient through the colours."""
    strip = Image.new("RGB", (1, len(stops)))
    strip.putdata(list(stops))
    margin = size[1] / (2 * len(stops))
    tall = strip.resize((1, round(size[1] + 2 * margin)), Image.Resampling.BICUBIC)
    return tall.crop((0, round(margin), 1, round(margin) + size[1])).resize(size, Image.Resampling.NEAREST)


def clouds(chance: random.Random, size: tuple[int, int], cells: float, layers: int = 2) -> Image.Image:
    """Smooth noise from black to white; `cells` bumps along the shorter side."""
    scale = min(1.0, 160 / min(size))
    small = (max(8, round(size[0] * scale)), max(8, round(size[1] * scale)))
    field = _bumps(chance, small, cells)
    if layers == 1:
        return _stretched(field.resize(size, Image.Resampling.BICUBIC))
    mixed = _stretched(field)
    for layer in range(1, layers):
        mixed = Image.blend(mixed, _stretched(_bumps(chance, small, cells * 2**layer)), 0.3 / layer)
    return _stretched(mixed.convert("F")).resize(size, Image.Resampling.BICUBIC)


def _stretched(field: Image.Image) -> Image.Image:
    """Heights of any range as grey values from black to white: rounded last, so that equal heights make clean lines."""
    low, high = _range(field)
    share = 255 / max(1.0, high - low)
    return field.point(lambda value: value * share - low * share).convert("L")


def _range(field: Image.Image) -> tuple[float, float]:
    low, high = (float(value) for value in field.getextrema() if isinstance(value, int | float))
    return low, high


def _bumps(chance: random.Random, size: tuple[int, int], cells: float) -> Image.Image:
    """One layer of noise, turned by a random angle so that its grid does not show."""
    side = round(math.hypot(*size)) + 8
    count = max(4, round(cells * side / min(size)) + 2)
    noise = Image.frombytes("L", (count, count), chance.randbytes(count * count)).convert("F")
    turned = noise.resize((side, side), Image.Resampling.BICUBIC).rotate(
        chance.random() * 90, Image.Resampling.BILINEAR
    )
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    return turned.crop((left, top, left + size[0], top + size[1]))


def _stain(field: Image.Image, colours: Sequence[Colour]) -> Image.Image:
    """Grey values become colours, with soft steps between them."""
    last = len(colours) - 1
    table = [
        mix(colours[min(last - 1, v * last // 256)], colours[min(last, v * last // 256 + 1)], v * last / 256 % 1)
        for v in range(256)
    ]
    return Image.merge("RGB", [field.point([colour[channel] for colour in table]) for channel in range(3)])


@lru_cache(maxsize=1)
def _grain() -> Image.Image:
    noise = Image.frombytes("L", (512, 512), random.Random(5).randbytes(512 * 512))
    return noise.filter(ImageFilter.GaussianBlur(0.6)).point(lambda value: 128 + (value - 128) * 0.22)


def _grained(picture: Image.Image, strength: float = 0.5) -> Image.Image:
    """A breath of paper over the picture."""
    if picture.width < 200:
        return picture
    tile = _grain()
    paper = Image.new("L", picture.size)
    for left in range(0, picture.width, 512):
        for top in range(0, picture.height, 512):
            paper.paste(tile, (left, top))
    lit = ImageChops.overlay(picture, Image.merge("RGB", (paper, paper, paper)))
    return Image.blend(picture, lit, strength)


@lru_cache(maxsize=1)
def _ball() -> Image.Image:
    """Light that falls off from the middle to nothing at the rim."""
    return Image.radial_gradient("L").point(lambda value: max(0.0, 255 - value * 255 / 180))


@lru_cache(maxsize=32)
def _fall_off(strength: float) -> list[float]:
    return [value**2 / 255 * strength for value in range(256)]


def _glow(brush: Brush, centre: Point, radius: float, colour: Colour, strength: float = 1.0) -> None:
    side = max(2, round(radius * 2))
    mask = _ball().resize((side, side), Image.Resampling.BICUBIC).point(_fall_off(strength))
    brush.canvas.paste(colour, (round(centre[0] - radius), round(centre[1] - radius)), mask)


def _disc(pen: ImageDraw.ImageDraw, centre: Point, radius: float, fill: Colour) -> None:
    pen.ellipse((centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius), fill=fill)


def _ridge(brush: Brush, base: float, swing: float, roughness: int = 4) -> list[Point]:
    """The outline of a hill from left to right, as a few waves on each other."""
    waves = [(swing / (k + 1), brush.between(0.6, 1.3) * (k + 1), brush.between(0, 6.3)) for k in range(roughness)]
    steps = 72
    return [
        (
            brush.width * step / steps,
            base + sum(a * math.sin(f * 6.283 * step / steps * brush.width / brush.height + p) for a, f, p in waves),
        )
        for step in range(steps + 1)
    ]


def _down_to_the_edge(brush: Brush, outline: list[Point]) -> list[Point]:
    return [*outline, (brush.width, brush.height), (0, brush.height)]


def hills(brush: Brush) -> None:
    """Hills behind hills, each one a little bluer, and a low sun."""
    dark, deep, middle, warm, light = brush.colours
    brush.canvas.paste(fade(brush.canvas.size, mix(middle, light, 0.35), light, mix(warm, light, 0.3)))
    sun = (brush.width * brush.between(0.25, 0.75), brush.height * brush.between(0.2, 0.42))
    radius = brush.unit * brush.between(0.1, 0.17)
    _glow(brush, sun, radius * 4, warm, 0.7)
    _disc(brush.pen(), sun, radius, mix(warm, light, 0.15))
    count = 6
    for layer in range(count):
        share = layer / (count - 1)
        outline = _ridge(brush, brush.height * (0.42 + 0.5 * share), brush.unit * (0.05 + 0.03 * share))
        colour = (
            mix(mix(light, middle, 0.55), deep, share * 1.6) if share < 0.6 else mix(deep, dark, (share - 0.6) * 2.5)
        )
        brush.pen().polygon(_down_to_the_edge(brush, outline), fill=colour)


def night(brush: Brush) -> None:
    """A clear night over firs: stars, a moon, and a veil of light across the sky."""
    dark, deep, middle, _, light = brush.colours
    brush.canvas.paste(fade(brush.canvas.size, mix(dark, (4, 6, 18), 0.6), mix(dark, deep, 0.5), deep, middle))
    veil = clouds(brush.chance, brush.canvas.size, 3, 3).point(lambda value: max(0, value - 120) * 0.55)
    brush.canvas.paste(mix(middle, light, 0.4), (0, 0), veil)
    pen = brush.pen()
    for _ in range(40 if brush.thumb else 220):
        size = brush.unit * 0.0035 * brush.chance.random() ** 3 + brush.unit * 0.0012
        place = (brush.between(0, brush.width), brush.between(0, brush.height * 0.8))
        _disc(pen, place, size, mix(middle, light, brush.between(0.4, 1)))
    moon = (brush.width * brush.between(0.25, 0.75), brush.height * brush.between(0.16, 0.34))
    radius = brush.unit * brush.between(0.07, 0.12)
    _glow(brush, moon, radius * 3.6, light, 0.45)
    _disc(brush.pen(), moon, radius, mix(light, (255, 255, 255), 0.4))
    for share in (0.0, 0.5, 1.0):
        outline = _ridge(brush, brush.height * (0.74 + 0.12 * share), brush.unit * 0.05)
        colour = mix(mix(deep, middle, 0.25), mix(dark, (2, 4, 10), 0.6), share)
        brush.pen().polygon(_down_to_the_edge(brush, outline), fill=colour)
        if share:
            _firs(brush, outline, colour, share)


def _firs(brush: Brush, outline: list[Point], colour: Colour, share: float) -> None:
    pen = brush.pen()
    for x, y in outline[:: 2 if share > 0.6 else 1]:
        tall = brush.unit * brush.between(0.05, 0.13) * (0.5 + share)
        trunk = x + brush.between(-0.01, 0.01) * brush.width
        for tier in range(3):
            top, wide = y - tall * (1 - tier * 0.24), tall * (0.13 + tier * 0.07)
            foot = top + tall * (0.46 + 0.1 * tier)
            pen.polygon([(trunk, top), (trunk - wide, foot), (trunk + wide, foot)], fill=colour)


def contours(brush: Brush) -> None:
    """The map of a country that does not exist: heights in colour, with fine lines."""
    dark, deep, middle, warm, light = brush.colours
    field = clouds(brush.chance, brush.canvas.size, brush.between(1.3, 2.2), 1)
    steps = 12
    dark_first = brush.chance.random() < 0.5
    scale = (dark, deep, middle, warm, light) if dark_first else (light, warm, middle, deep, dark)
    table = [
        scale[0]
        if v < 2
        else mix(scale[(k := v * steps // 256) * 4 // steps], scale[min(4, k * 4 // steps + 1)], (k * 4 / steps) % 1)
        for v in range(256)
    ]
    bands = Image.merge("RGB", [field.point([colour[channel] for colour in table]) for channel in range(3)])
    edges = field.point([255 if (v * steps * 2 // 256) != ((v + 1) * steps * 2 // 256) else 0 for v in range(256)])
    brush.canvas.paste(bands)
    brush.canvas.paste(
        mix(dark, deep, 0.3) if dark_first else light,
        (0, 0),
        edges.filter(ImageFilter.GaussianBlur(1)).point(lambda v: v * 0.5),
    )


def currents(brush: Brush) -> None:
    """Hundreds of strokes that follow the same invisible wind."""
    dark, _, _, _, light = brush.colours
    ground, inks = (dark, brush.colours[1:]) if brush.chance.random() < 0.6 else (light, brush.colours[:4])
    brush.canvas.paste(ground, (0, 0, *brush.canvas.size))
    wind = clouds(brush.chance, (48, 48), 2, 1).tobytes()
    pen = brush.pen()
    turn = brush.between(0, 6.3)
    for _ in range(70 if brush.thumb else 640):
        x, y = brush.chance.random(), brush.chance.random()
        path: list[Point] = []
        for _ in range(18):
            path.append((x * brush.width, y * brush.height))
            angle = (
                turn + wind[min(47, int(y * 47) if y > 0 else 0) * 48 + min(47, int(x * 47) if x > 0 else 0)] / 255 * 7
            )
            x, y = x + 0.011 * math.cos(angle), y + 0.011 * math.sin(angle)
        size = max(1, round(brush.unit * 0.011 * brush.chance.random() ** 2 + brush.unit * 0.0022))
        pen.line(path, fill=brush.pick(inks), width=size, joint="curve")


def orbs(brush: Brush) -> None:
    """Glass balls of light, floating."""
    dark, deep, middle, warm, light = brush.colours
    brush.canvas.paste(fade(brush.canvas.size, mix(dark, deep, 0.7), mix(deep, middle, 0.6), mix(middle, warm, 0.7)))
    for _ in range(4):
        place = (brush.between(0, brush.width), brush.between(0, brush.height))
        _glow(brush, place, brush.unit * brush.between(0.4, 0.8), brush.pick((warm, middle, deep)), 0.8)
    inks = [deep, middle, warm, mix(warm, light, 0.5)]
    for rank, size in enumerate((0.33, 0.2, 0.15, 0.1, 0.07, 0.05, 0.035)):
        radius = brush.unit * size * brush.between(0.8, 1.1)
        centre = (brush.width * brush.between(0.15, 0.85), brush.height * brush.between(0.12, 0.88))
        _sphere(brush, centre, radius, inks[rank % 4])


def _sphere(brush: Brush, centre: Point, radius: float, colour: Colour) -> None:
    dark, *_, light = brush.colours
    side = max(4, round(radius * 2))
    round_mask = Image.new("L", (side, side))
    ImageDraw.Draw(round_mask).ellipse((0, 0, side - 1, side - 1), fill=255)
    ball = _ball().resize((side * 2, side * 2), Image.Resampling.BILINEAR)
    shade = ball.crop((round(side * 0.62), round(side * 0.68), round(side * 0.62) + side, round(side * 0.68) + side))
    lit = mix(colour, light, 0.55)
    body = _stain(shade, (mix(dark, colour, 0.3), mix(dark, colour, 0.6), mix(dark, colour, 0.88), colour, lit))
    shadow = (centre[0] + radius * 0.15, centre[1] + radius * 0.3)
    _glow(brush, shadow, radius * 1.5, dark, 0.5)
    brush.canvas.paste(body, (round(centre[0] - radius), round(centre[1] - radius)), round_mask)


def glass(brush: Brush) -> None:
    """A window of coloured glass in lead, with the light behind it."""
    dark, *colours = brush.colours
    panes: list[list[Point]] = [[(0, 0), (brush.width, 0), (brush.width, brush.height), (0, brush.height)]]
    for _ in range(84):
        index = max(range(len(panes)), key=lambda i: _area(panes[i]) * (0.5 + brush.chance.random()))
        panes[index : index + 1] = _cut(panes[index], brush)
    pen = brush.pen()
    heart = (brush.width * brush.between(0.3, 0.7), brush.height * brush.between(0.25, 0.6))
    reach = math.hypot(brush.width, brush.height) * 0.6
    lead = max(1, round(brush.unit * 0.009))
    for pane in panes:
        middle = (sum(x for x, _ in pane) / len(pane), sum(y for _, y in pane) / len(pane))
        near = max(0.0, 1 - math.dist(middle, heart) / reach)
        at = min(3, max(0, int(near * 4 + brush.between(-0.9, 0.9))))
        pen.polygon(pane, fill=mix(colours[at], brush.colours[4], near * brush.between(0.0, 0.45)))
    for pane in panes:
        pen.line([*pane, pane[0]], fill=mix(dark, (0, 0, 0), 0.3), width=lead, joint="curve")
    light = _ball().resize(brush.canvas.size, Image.Resampling.BILINEAR).point(lambda v: 120 + v * 0.53)
    brush.canvas.paste(ImageChops.multiply(brush.canvas, Image.merge("RGB", (light, light, light))))


def _area(corners: list[Point]) -> float:
    turned = [*corners[1:], corners[0]]
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, turned, strict=True))) / 2


def _cut(corners: list[Point], brush: Brush) -> list[list[Point]]:
    """Two panes from one: the cut goes from a point of the longest side to one of an opposite side."""
    count = len(corners)
    longest = max(range(count), key=lambda i: math.dist(corners[i], corners[(i + 1) % count]))
    other = (longest + count // 2 + (1 if count > 3 and brush.chance.random() < 0.3 else 0)) % count
    other = (longest + 1) % count if other == longest else other
    first = _on_side(corners, longest, brush.between(0.35, 0.65))
    second = _on_side(corners, other, brush.between(0.3, 0.7))
    low, high = sorted((longest, other))
    start, end = (first, second) if low == longest else (second, first)
    return [[*corners[: low + 1], start, end, *corners[high + 1 :]], [start, *corners[low + 1 : high + 1], end]]


def _on_side(corners: list[Point], side: int, share: float) -> Point:
    (x0, y0), (x1, y1) = corners[side], corners[(side + 1) % len(corners)]
    return (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share)


def tiles(brush: Brush) -> None:
    """A Bauhaus patchwork of quarter circles, halves, bars and dots."""
    columns = brush.pick([4, 5, 6])
    side = brush.width / columns
    rows = math.ceil(brush.height / side)
    pen = brush.pen()
    for row in range(rows):
        for column in range(columns):
            ground, ink = brush.chance.sample(brush.colours, 2)
            _tile(brush, pen, (column * side, row * side), side, ground, ink)


def _tile(brush: Brush, pen: ImageDraw.ImageDraw, corner: Point, side: float, ground: Colour, ink: Colour) -> None:
    x, y = corner
    pen.rectangle((x, y, x + side, y + side), fill=ground)
    turn = int(brush.chance.random() * 4)
    hub = (x + side * (turn % 2), y + side * (turn // 2))
    form = int(brush.chance.random() * 6)
    start = (0, 90, 270, 180)[turn]
    if form in (0, 1):
        _pie(pen, hub, side, start, ink)
        if form:
            _pie(pen, hub, side * 0.5, start, brush.pick(brush.colours))
    elif form == 2:
        _disc(pen, (x + side / 2, y + side / 2), side * 0.36, ink)
        _disc(pen, (x + side / 2, y + side / 2), side * 0.15, ground)
    elif form == 3:
        for bar in range(0, 6, 2):
            pen.rectangle((x, y + side * bar / 6, x + side, y + side * (bar + 1) / 6), fill=ink)
    elif form == 4:
        pen.polygon([(x, y), (x + side, y + side), (x, y + side) if turn % 2 else (x + side, y)], fill=ink)
    else:
        pen.pieslice(
            (x, y + side * 0.5 - side / 2, x + side, y + side * 1.5 - side / 2),
            180 * (turn % 2),
            180 + 180 * (turn % 2),
            fill=ink,
        )


def _pie(pen: ImageDraw.ImageDraw, hub: Point, radius: float, start: int, ink: Colour) -> None:
    box = (hub[0] - radius, hub[1] - radius, hub[0] + radius, hub[1] + radius)
    pen.pieslice(box, start, start + 90, fill=ink)


def scales(brush: Brush) -> None:
    """Seigaiha: rows of nested arcs like a calm sea."""
    dark, *_, light = brush.colours
    brush.canvas.paste(light, (0, 0, *brush.canvas.size))
    pen = brush.pen()
    radius = brush.unit / brush.pick([4.0, 5.0, 6.0])
    rows = math.ceil(brush.height / (radius * 0.5)) + 2
    for row in range(rows):
        y = row * radius * 0.5
        share = row / rows
        inner = mix(brush.colours[3], brush.colours[1], share)
        for column in range(-1, math.ceil(brush.width / (radius * 2)) + 2):
            centre = (column * radius * 2 + (radius if row % 2 else 0), y)
            odd = brush.chance.random() < 0.12
            rings = (dark, light, brush.colours[3] if odd else inner, light, mix(inner, dark, 0.4), light)
            for ring, colour in enumerate(rings):
                _disc(pen, centre, radius * (1 - ring * 0.165), colour)


def ridgelines(brush: Brush) -> None:
    """Many thin lines that rise where something stirs below."""
    dark, deep, _, warm, light = brush.colours
    brush.canvas.paste(fade(brush.canvas.size, dark, mix(dark, deep, 0.7)))
    count, steps = (14, 24) if brush.thumb else (46, 90)
    bumps = [
        (brush.between(0.25, 0.75), brush.between(0.03, 0.12), brush.between(0.4, 1), brush.between(0.1, 0.9))
        for _ in range(7)
    ]
    pen = brush.pen()
    for line in range(count):
        depth = line / (count - 1)
        base = brush.height * (0.2 + 0.68 * depth)
        path = []
        for step in range(steps + 1):
            at = step / steps
            lift = sum(
                h * math.exp(-(((at - c) / w) ** 2)) * math.exp(-(((depth - d) / 0.35) ** 2)) for c, w, h, d in bumps
            )
            lift += 0.05 * brush.chance.random() * (0.2 + lift)
            path.append((brush.width * (0.1 + 0.8 * at), base - brush.unit * 0.13 * lift))
        ground = mix(dark, mix(dark, deep, 0.7), base / brush.height)
        pen.polygon(
            [*path, (brush.width * 0.9, base + brush.unit * 0.03), (brush.width * 0.1, base + brush.unit * 0.03)],
            fill=ground,
        )
        pen.line(path, fill=mix(warm, light, depth), width=max(1, round(brush.unit * 0.0035)), joint="curve")


def cutouts(brush: Brush) -> None:
    """Layers of cut paper, each throwing a shadow into the hollow of the next."""
    order = brush.colours if brush.chance.random() < 0.5 else brush.colours[::-1]
    half = (brush.width // 2, brush.height // 2)
    hollow = Image.blend(clouds(brush.chance, half, brush.between(1.1, 1.7), 1), _ball().resize(half), 0.42)
    low, high = _range(hollow)
    relief = Image.new("RGB", half, order[0])
    depth = 7
    drop = max(1, round(min(half) * 0.016))
    for layer in range(1, depth):
        level = high - (high - low) * (0.1 + 0.8 * layer / depth)
        sheet = hollow.point([max(0, min(255, int((level - value) * 90))) for value in range(256)])
        shade = sheet.reduce(4).filter(ImageFilter.BoxBlur(max(1, drop // 4))).point(lambda value: value * 0.5)
        relief.paste(mix(order[0], (0, 0, 0), 0.65), (0, drop), shade.resize(half, Image.Resampling.BILINEAR))
        place = layer * 4 / (depth - 1)
        relief.paste(mix(order[min(3, int(place))], order[min(4, int(place) + 1)], place % 1), (0, 0), sheet)
    brush.canvas.paste(relief.resize(brush.canvas.size, Image.Resampling.NEAREST))


def agate(brush: Brush) -> None:
    """A polished slice of stone."""
    dark, deep, middle, warm, light = brush.colours
    half = (brush.width // 2, brush.height // 2)
    field = Image.blend(clouds(brush.chance, half, 1.2, 1), clouds(brush.chance, half, 5, 2), 0.1)
    rings = [deep, middle, light, warm, dark, deep, light, middle, deep, warm, light, dark, middle, light]
    brush.chance.shuffle(rings)
    stone = _stain(field.filter(ImageFilter.GaussianBlur(2)), rings)
    brush.canvas.paste(stone.resize(brush.canvas.size, Image.Resampling.BICUBIC))


def leaves(brush: Brush) -> None:
    """Branches in front of a paper moon."""
    dark, deep, middle, warm, light = brush.colours
    brush.canvas.paste(mix(light, (255, 255, 255), 0.25), (0, 0, *brush.canvas.size))
    moon = (brush.width * brush.between(0.35, 0.65), brush.height * brush.between(0.35, 0.5))
    _disc(brush.pen(), moon, brush.unit * brush.between(0.26, 0.36), mix(warm, light, 0.15))
    for stem in range(5):
        root = (brush.width * brush.between(0.25, 0.75), brush.height * 1.02)
        tip = (brush.width * brush.between(0.08, 0.92), brush.height * brush.between(0.1, 0.42))
        colour = (dark, deep, mix(deep, middle, 0.6), middle, mix(dark, deep, 0.5))[stem]
        _branch(brush, root, tip, brush.width * brush.between(-0.2, 0.2), colour)


def _branch(brush: Brush, root: Point, tip: Point, bend: float, colour: Colour) -> None:
    pen = brush.pen()
    knee = ((root[0] + tip[0]) / 2 + bend, (root[1] + tip[1]) / 2)
    path = [_curve(root, knee, tip, step / 24) for step in range(25)]
    pen.line(path, fill=colour, width=max(1, round(brush.unit * 0.007)), joint="curve")
    wide = brush.between(0.13, 0.2)
    for step in range(5, 25, 2):
        (x0, y0), (x1, y1) = path[step - 1], path[step]
        heading = math.atan2(y1 - y0, x1 - x0)
        size = brush.unit * brush.between(0.1, 0.14) * (1.2 - step / 30)
        for side in (-0.75, 0.75) if step < 24 else (0.0,):
            pen.polygon(_leaf((x1, y1), heading + side, size, wide), fill=colour)


def _curve(a: Point, b: Point, c: Point, share: float) -> Point:
    rest = 1 - share
    return (
        rest * rest * a[0] + 2 * rest * share * b[0] + share * share * c[0],
        rest * rest * a[1] + 2 * rest * share * b[1] + share * share * c[1],
    )


def _leaf(base: Point, heading: float, size: float, wide: float) -> list[Point]:
    along, across = (math.cos(heading), math.sin(heading)), (-math.sin(heading), math.cos(heading))
    right = [(k / 8, wide * math.sin(math.pi * (k / 8) ** 0.8)) for k in range(9)]
    outline = right + [(u, -v) for u, v in reversed(right)]
    return [
        (base[0] + size * (u * along[0] + v * across[0]), base[1] + size * (u * along[1] + v * across[1]))
        for u, v in outline
    ]


def planet(brush: Brush) -> None:
    """A banded planet with rings, far from anything."""
    dark, deep, middle, warm, light = brush.colours
    brush.canvas.paste(
        fade(brush.canvas.size, mix(dark, (3, 4, 12), 0.7), mix(dark, (3, 4, 12), 0.4), mix(dark, deep, 0.5))
    )
    dust = clouds(brush.chance, brush.canvas.size, 2.5, 3).point(lambda value: max(0, value - 110) * 0.5)
    brush.canvas.paste(deep, (0, 0), dust)
    pen = brush.pen()
    for _ in range(170):
        _disc(
            pen,
            (brush.between(0, brush.width), brush.between(0, brush.height)),
            brush.unit * 0.004 * brush.chance.random() ** 2 + brush.unit * 0.001,
            light,
        )
    radius = brush.unit * brush.between(0.2, 0.3)
    centre = (brush.width * brush.between(0.4, 0.6), brush.height * brush.between(0.4, 0.56))
    side = round(radius * 2)
    bands = Image.frombytes("L", (1, 14), brush.chance.randbytes(14)).resize((side, side), Image.Resampling.BICUBIC)
    face = _stain(bands.rotate(-18, Image.Resampling.BILINEAR, fillcolor=128), (deep, middle, warm, light))
    ball = _ball().resize((side * 2, side * 2), Image.Resampling.BILINEAR)
    shade = ball.crop((round(side * 0.7), round(side * 0.66), round(side * 0.7) + side, round(side * 0.66) + side))
    shade = shade.point(lambda value: min(255, value * 1.5))
    face = ImageChops.multiply(face, Image.merge("RGB", (shade, shade, shade)))
    disc = Image.new("L", (side, side))
    ImageDraw.Draw(disc).ellipse((0, 0, side - 1, side - 1), fill=255)
    _glow(brush, centre, radius * 1.7, middle, 0.5)
    behind, before = _rings(brush, radius)
    corner = (round(centre[0] - behind.width / 2), round(centre[1] - behind.height / 2))
    brush.canvas.paste(mix(warm, light, 0.5), corner, behind)
    brush.canvas.paste(face, (round(centre[0] - radius), round(centre[1] - radius)), disc)
    brush.canvas.paste(mix(warm, light, 0.5), corner, before)


def _rings(brush: Brush, radius: float) -> tuple[Image.Image, Image.Image]:
    """Masks of the rings: what lies behind the planet, and what passes in front of it."""
    wide, tall = round(radius * 4.6), round(radius * 1.3)
    flat = Image.new("L", (wide, tall))
    pen = ImageDraw.Draw(flat)
    for ring in range(9):
        share = 1 - ring * 0.045
        box = (wide / 2 * (1 - share), tall / 2 * (1 - share), wide / 2 * (1 + share), tall / 2 * (1 + share))
        pen.ellipse(box, fill=0 if ring == 8 else int(brush.between(70, 230)))
    halves = []
    for upper in (True, False):
        half = flat.copy()
        ImageDraw.Draw(half).rectangle((0, tall / 2 if upper else 0, wide, tall if upper else tall / 2), fill=0)
        square = Image.new("L", (wide, wide))
        square.paste(half, (0, (wide - tall) // 2))
        halves.append(square.rotate(18, Image.Resampling.BILINEAR))
    return halves[0], halves[1]


def city(brush: Brush) -> None:
    """Houses on the water at the hour when the windows light up."""
    dark, deep, middle, warm, light = brush.colours
    brush.canvas.paste(
        fade(brush.canvas.size, deep, mix(deep, middle, 0.7), mix(middle, warm, 0.6), mix(warm, light, 0.5))
    )
    sun = (brush.width * brush.between(0.3, 0.7), brush.height * brush.between(0.36, 0.5))
    _glow(brush, sun, brush.unit * 0.5, light, 0.6)
    _disc(brush.pen(), sun, brush.unit * 0.11, mix(light, warm, 0.1))
    shore = brush.height * 0.78
    for share in (0.0, 0.5, 1.0):
        _row_of_houses(brush, shore, share, mix(mix(middle, warm, 0.25), mix(dark, (0, 0, 0), 0.25), share**0.7))
    mirror = brush.canvas.crop((0, round(2 * shore - brush.height), brush.width, round(shore)))
    water = mirror.transpose(Image.Transpose.FLIP_TOP_BOTTOM).filter(ImageFilter.BoxBlur(max(1, brush.unit // 160)))
    brush.canvas.paste(Image.blend(water, Image.new("RGB", water.size, deep), 0.35), (0, round(shore)))
    pen = brush.pen()
    for _ in range(46):
        y, length = brush.between(shore, brush.height), brush.unit * brush.between(0.02, 0.14)
        x = brush.between(0, brush.width)
        pen.line((x, y, x + length, y), fill=mix(deep, warm, brush.between(0.2, 0.8)), width=max(1, brush.unit // 260))


def _row_of_houses(brush: Brush, shore: float, share: float, colour: Colour) -> None:
    pen = brush.pen()
    warm, light = brush.colours[3:]
    x = -brush.unit * 0.05
    while x < brush.width:
        wide = brush.unit * brush.between(0.07, 0.15)
        tall = brush.height * brush.between(0.14, 0.4) * (1.15 - 0.55 * share)
        pen.rectangle((x, shore - tall, x + wide, shore), fill=colour)
        if brush.chance.random() < 0.5:
            roof = wide * brush.between(0.3, 0.8)
            pen.polygon([(x, shore - tall), (x + wide / 2, shore - tall - roof), (x + wide, shore - tall)], fill=colour)
        pane = brush.unit * 0.012
        for row in range(int(tall / (pane * 3))):
            for column in range(int(wide / (pane * 2.4))):
                if share > 0.3 and brush.chance.random() < 0.35:
                    left, top = x + pane * (0.8 + column * 2.4), shore - tall + pane * (1.4 + row * 3)
                    pen.rectangle(
                        (left, top, left + pane, top + pane * 1.5), fill=mix(warm, light, brush.chance.random())
                    )
        x += wide + brush.unit * brush.between(0, 0.015)


def bloom(brush: Brush) -> None:
    """One flower, seen from above: petals around petals."""
    dark, deep, middle, warm, light = brush.colours
    brush.canvas.paste(fade(brush.canvas.size, mix(dark, deep, 0.25), mix(dark, deep, 0.8)))
    centre = (brush.width * 0.5, brush.height * brush.between(0.44, 0.54))
    _glow(brush, centre, brush.unit * 0.75, middle, 0.7)
    pen = brush.pen()
    count = int(brush.between(9, 16))
    whorls = (deep, middle, mix(middle, warm, 0.5), warm, mix(warm, light, 0.5), light)
    for whorl, colour in enumerate(whorls):
        reach = brush.unit * (0.5 - 0.075 * whorl)
        for petal in range(count):
            heading = 6.2832 * (petal + whorl * 0.5) / count
            outline = _leaf(centre, heading, reach, 0.2 + 0.02 * whorl)
            pen.polygon(outline, fill=mix(colour, dark, 0.16 * (petal % 2)))
            spine = (centre[0] + reach * 0.86 * math.cos(heading), centre[1] + reach * 0.86 * math.sin(heading))
            pen.line([centre, spine], fill=mix(colour, dark, 0.28), width=max(1, round(brush.unit * 0.0025)))
    _disc(pen, centre, brush.unit * 0.05, dark)
    for seed in range(60):
        angle, distance = seed * 2.39996, brush.unit * 0.0058 * math.sqrt(seed)
        _disc(
            pen,
            (centre[0] + distance * math.cos(angle), centre[1] + distance * math.sin(angle)),
            brush.unit * 0.0035,
            warm,
        )


def aurora(brush: Brush) -> None:
    """Colours that run into each other, with one thin ring to hold them."""
    dark, deep, middle, warm, light = brush.colours
    grid = Image.new("RGB", (3, 4))
    inks = (dark, deep, middle, warm, light)
    grid.putdata([mix(brush.pick(inks), inks[row + 1], 0.5) for row in range(4) for _ in range(3)])
    brush.canvas.paste(grid.resize(brush.canvas.size, Image.Resampling.BICUBIC))
    centre = (brush.width / 2, brush.height * brush.between(0.42, 0.55))
    pen = brush.pen()
    line = max(1, round(brush.unit * 0.004))
    for ring in range(int(brush.between(1, 9))):
        radius = brush.unit * (0.36 - ring * 0.035)
        if radius > 0:
            box = (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius)
            pen.ellipse(box, outline=light, width=line)
    if brush.chance.random() < 0.6:
        _disc(pen, (centre[0] + brush.unit * 0.36, centre[1]), brush.unit * 0.03, warm)


def dunes(brush: Brush) -> None:
    """Sand in long shadows."""
    dark, deep, middle, warm, light = brush.colours
    brush.canvas.paste(fade(brush.canvas.size, mix(middle, light, 0.5), light, mix(warm, light, 0.6)))
    _disc(
        brush.pen(),
        (brush.width * brush.between(0.2, 0.8), brush.height * 0.22),
        brush.unit * 0.09,
        mix(light, (255, 255, 255), 0.6),
    )
    for layer in range(5):
        share = layer / 4
        crest = _ridge(brush, brush.height * (0.4 + 0.14 * layer), brush.unit * 0.07, 2)
        lit = mix(mix(warm, light, 0.45), mix(warm, deep, 0.35), share)
        brush.pen().polygon(_down_to_the_edge(brush, crest), fill=lit)
        peak = min(range(8, len(crest) - 8), key=lambda i: crest[i][1])
        sway = brush.between(0.06, 0.2) * brush.width
        foot = [
            (crest[peak][0] + sway * math.sin(k / 12 * 3.1), crest[peak][1] + (brush.height - crest[peak][1]) * k / 12)
            for k in range(13)
        ]
        shade = mix(lit, mix(deep, dark, share), 0.55)
        brush.pen().polygon([*crest[peak:], (brush.width, brush.height), *reversed(foot)], fill=shade)


PAINTERS: dict[str, Callable[[Brush], None]] = {
    "hills": hills,
    "night": night,
    "contours": contours,
    "currents": currents,
    "orbs": orbs,
    "glass": glass,
    "tiles": tiles,
    "scales": scales,
    "ridgelines": ridgelines,
    "cutouts": cutouts,
    "agate": agate,
    "leaves": leaves,
    "planet": planet,
    "city": city,
    "bloom": bloom,
    "aurora": aurora,
    "dunes": dunes,
}
"""Every way to paint, by name."""


def shape(seed: int) -> tuple[int, int]:
    """Width and height of the poster of a seed."""
    return random.Random(seed * 7 + 1).choice(SHAPES)


def paint(seed: int, size: tuple[int, int], style: str | None = None) -> Image.Image:
    """The poster of a seed at any size; the same seed and style are the same composition. KeyError for no style."""
    chance = random.Random(seed)
    colours = PALETTES[int(chance.random() * len(PALETTES))]
    painter = PAINTERS[style or list(PAINTERS)[int(chance.random() * len(PAINTERS))]]
    brush = Brush(Image.new("RGB", (size[0] * 2, size[1] * 2)), colours, chance)
    painter(brush)
    return _grained(brush.canvas.reduce(2))


@lru_cache(maxsize=256)
def picture(seed: int, width: int, height: int, form: str = "WEBP", style: str | None = None) -> bytes:
    """The poster of a seed as the bytes of a file: WEBP, JPEG or PNG. The last few hundred are remembered."""
    buffer = io.BytesIO()
    image = paint(seed, (width, height), style)
    image.save(buffer, form, **_SAVING.get(form, {}))
    return buffer.getvalue()


_SAVING: dict[str, dict[str, int]] = {
    "WEBP": {"quality": 82, "method": 2},
    "JPEG": {"quality": 86},
    "PNG": {"compress_level": 3},
}


@lru_cache(maxsize=8192)
def hash_of(seed: int, width: int, height: int, style: str | None = None) -> str:
    """The BlurHash of the poster, made from a painting of thumb size."""
    side = max(width, height)
    small = paint(seed, (max(8, 32 * width // side), max(8, 32 * height // side)), style).resize((12, 12))
    flat = small.get_flattened_data()
    rows = [flat[start : start + 12] for start in range(0, 144, 12)]
    return str(blurhash.encode(rows, components_x=4, components_y=4))
