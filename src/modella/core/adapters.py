"""Low-rank files seen as the layers they change: which layers, and how wide each one is.

Spellings and shapes: sd-scripts, PEFT, LyCORIS (LoHa, LoKr, GLoRA, OFT, full), OneTrainer, XLabs, llama.cpp.
"""

import re
from collections.abc import Mapping, Sequence

from modella.core.rules import Names, Shape
from modella.core.tensors import Tensor

_SUFFIX = re.compile(
    r"(?:\.lora_(?:down|up|mid)\.weight"
    r"|\.lora_[ABab](?:\.[\w-]+)?(?:\.weight)?"
    r"|\.lora\.(?:down|up)\.weight"
    r"|_lora\d?\.(?:down|up)\.weight"
    r"|\.lora_linear_layer\.(?:down|up)\.weight"
    r"|\.hada_(?:w[12]_[ab]|t[12])"
    r"|\.lokr_(?:w[12](?:_[ab])?|t[12])"
    r"|\.(?:dora_scale|on_input|oft_blocks|oft_diag|oft_R\.weight|w_norm|b_norm|diff|diff_b|set_weight)"
    r"|\.lora_magnitude_vector(?:\.[\w-]+)?(?:\.weight)?"
    r"|\.[ab][12]\.weight)$"
)
_GLORA = (".a1.weight", ".a2.weight", ".b1.weight", ".b2.weight")
_DOWN = re.compile(r"lora_down|lora_[Aa]\b|\.down\.")
_UP = re.compile(r"lora_up|lora_[Bb]\b|\.up\.")
_PROCESSOR = re.compile(r"\.processor(?=\.)")
_WRAPPED = re.compile(r"^(?:[\w-]+\.)+(?=(?:lora_(?:unet|te\d?|transformer|prior_unet)|lycoris|oft_unet)_[^.]+$)")
"""What a wrapper writes before a name that a trainer had flattened already."""


class Adapter:
    """The layers of one low-rank file."""

    def __init__(self, groups: Mapping[str, Sequence[str]], tensors: Mapping[str, Tensor]) -> None:
        """`groups` are the folded tensor names of the file."""
        self._tensors = tensors
        found = [(form, names, hit.start()) for form, names in groups.items() if (hit := _SUFFIX.search(form))]
        endings = {form[start:] for form, _, start in found}
        if not endings.issuperset(_GLORA):
            found = [one for one in found if one[0][one[2] :] not in _GLORA]
        self.tensors = sum(len(names) for _, names, _ in found)
        self.endings = {form[start:] for form, _, start in found}
        self._down = [ending for ending in self.endings if _DOWN.search(ending)]
        self._up = [ending for ending in self.endings if _UP.search(ending)]
        layers: dict[str, dict[str, None]] = {}
        for form, names, start in found:
            if form[start:] not in self._up:
                cut = len(form) - start
                layer = _WRAPPED.sub("", _PROCESSOR.sub("", form[:start]))
                layers.setdefault(layer, {}).update((name[:-cut], None) for name in names)
        self._layers = {layer: list(names) for layer, names in layers.items()}

    def names(self, metadata: Mapping[str, str]) -> Names:
        """The changed layers as names whose shapes are those of the layers: (out, in, kernel ...)."""
        return Names(self._layers, self.shape_of, metadata, flattened=True)

    @property
    def algorithm(self) -> str:
        """What the trainer community calls the form."""
        text = " ".join(self.endings)
        spellings = {"dora_scale": "dora", "magnitude": "dora", "hada_": "loha", "lokr_": "lokr", "oft_": "oft"}
        spellings |= {"on_input": "ia3", ".a1.weight": "glora"}
        return next((name for piece, name in spellings.items() if piece in text), "lora" if self._down else "full")

    @property
    def rank(self) -> int | None:
        """First dimension of the first down matrix."""
        downs = (self._first(name, self._down) for names in self._layers.values() for name in names)
        return next((down[0] for down in downs if down), None)

    def shape_of(self, layer: str) -> Shape | None:
        """Size of the layer as (out, in, kernel ...); 0 where the file does not tell; None when nothing is told."""
        down, up = self._first(layer, self._down), self._first(layer, self._up)
        if down and len(down) > 1:
            return (up[0] if up else 0, *down[1:])
        return self._lycoris(layer) or self._first(layer, (".diff", ".set_weight")) or self._first(layer, (".diff_b",))

    def _first(self, layer: str, endings: Sequence[str]) -> Shape | None:
        return next((hit.shape for ending in endings if (hit := self._tensors.get(layer + ending))), None)

    def _lycoris(self, layer: str) -> Shape | None:
        one = self._first(layer, (".hada_w1_a",))
        two = self._first(layer, (".hada_w1_b",))
        if one and two and len(one) == len(two) == 2:
            return (one[1] if self._first(layer, (".hada_t1",)) else one[0], two[1])
        left, right = self._factor(layer, "1"), self._factor(layer, "2")
        if left and right:
            return (left[0] * right[0], left[1] * right[1])
        into, out = self._first(layer, (".a2.weight",)), self._first(layer, (".b1.weight",))
        return (out[0] if out else 0, into[1]) if into and len(into) > 1 else None

    def _factor(self, layer: str, which: str) -> tuple[int, int] | None:
        whole = self._first(layer, (f".lokr_w{which}",))
        if whole and len(whole) > 1:
            return whole[0], whole[1]
        one, two = self._first(layer, (f".lokr_w{which}_a",)), self._first(layer, (f".lokr_w{which}_b",))
        if not one or not two or len(one) < 2 or len(two) < 2:
            return None
        return (one[1] if self._first(layer, (f".lokr_t{which}",)) else one[0], two[1])
