"""The areas of one division as features: district, towns, communities, grids."""

from collections.abc import Iterable, Sequence

from gisgrid.sample.division import Blocks, Leaf
from gisgrid.sample.frame import Feature, feature, polygon_of
from gisgrid.sample.ground import Ground, official
from gisgrid.sample.mesh import outline
from gisgrid.sample.names import short_name


def area_features(ground: Ground, leaves: Sequence[Leaf], valid_from: str) -> list[Feature]:
    """Every level of a division; the upper ones are exact unions of their base leaves."""
    district = official()
    features = [_upper(ground, leaves, district["code"], district["name"], "district", valid_from)]
    for town in district["towns"]:
        features.append(_upper(ground, leaves, town["code"], town["name"], "town", valid_from))
    for town in district["towns"]:
        for member in town["communities"]:
            spoken = short_name(member["name"])
            area = _upper(ground, leaves, member["code"], spoken, "community", valid_from)
            area["properties"]["official_name"] = member["name"]
            features.append(area)
    for leaf in leaves:
        features.append(
            feature(
                polygon_of(ground.mesh, outline(ground.blocks[b] for b in leaf.blocks)),
                code=leaf.code,
                name=leaf.name,
                level="grid",
                kind=leaf.kind,
                valid_from=valid_from,
            )
        )
    return features


def _upper(ground: Ground, leaves: Sequence[Leaf], code: str, name: str, level: str, valid_from: str) -> Feature:
    blocks = ground_of(leaf for leaf in leaves if leaf.code.startswith(code))
    shape = polygon_of(ground.mesh, outline(ground.blocks[b] for b in blocks))
    return feature(shape, code=code, name=name, level=level, kind="base", valid_from=valid_from)


def ground_of(leaves: Iterable[Leaf]) -> Blocks:
    """The blocks below base leaves, together."""
    return frozenset(b for leaf in leaves if leaf.kind == "base" for b in leaf.blocks)
