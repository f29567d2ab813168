"""All families, by the classes of their pipelines."""

from ..errors import ExportError
from ..network import Family
from .flux import FLUX
from .flux2_klein import FLUX2_KLEIN
from .ltx import LTX
from .lumina2 import LUMINA2
from .qwen_image import QWEN_IMAGE
from .sana import SANA
from .stable_diffusion_3 import STABLE_DIFFUSION_3
from .wan import WAN
from .z_image import Z_IMAGE

FAMILIES = (STABLE_DIFFUSION_3, FLUX, SANA, WAN, QWEN_IMAGE, LUMINA2, Z_IMAGE, LTX, FLUX2_KLEIN)


def family_of(name: str) -> Family:
    """Of a `_class_name`; raises ExportError that lists the known ones."""
    for family in FAMILIES:
        if name in family.classes:
            return family
    known = ", ".join(one for family in FAMILIES for one in family.classes)
    raise ExportError(f"pipelines of class {name} are not known", fix=f"Known: {known}")
