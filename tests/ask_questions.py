"""What questions mean in a scene of five things, by hand: (question, task and aspect, objects, frames).

The scene is `qa_scenes.scene_with` with CATEGORIES: four frames, everything visible in frame 0, the lamp large enough
for a depth in frame 0 only. SMALLER in front of an aspect: the smaller (farther) of the two is asked for.
"""

CATEGORIES = {1: "cup", 2: "bottle", 3: "book", 4: "tissue box", 5: "lamp"}
SMALLER = "-"
CUP, BOTTLE, BOOK, TISSUES, LAMP = 1, 2, 3, 4, 5

SIZES = [
    ("How tall is the cup?", "height", CUP),
    ("how high is the bottle", "height", BOTTLE),
    ("What is the height of the tissue box?", "height", TISSUES),
    ("What's the book's height in mm?", "height", BOOK),
    ("Please measure the height of the lamp in centimetres.", "height", LAMP),
    ("Tell me how tall the lamp is.", "height", LAMP),
    ("What is the vertical extent of the cup?", "height", CUP),
    ("How wide is the book?", "width", BOOK),
    ("What is the width of the box?", "width", TISSUES),  # nothing else is a box
    ("How broad is the tissue box, approximately?", "width", TISSUES),
    ("What is the length of the book?", "length", BOOK),
    ("How long is the book seen from above?", "length", BOOK),
    ("What is the footprint length of the cup?", "length", CUP),
    ("How long is the bottle?", "longest", BOTTLE),
    ("How big is the cup?", "longest", CUP),
    ("What is the longest side of the tissue-box?", "longest", TISSUES),
    ("What size is the lamp?", "longest", LAMP),
    ("Can you tell me the size of the LAMP?", "longest", LAMP),
]

# Two objects each, in the order of the question.
PAIRS = [
    ("Which is taller, the cup or the bottle?", "size_comparison", "height", (CUP, BOTTLE)),
    ("Which is taller: the cup or the bottle", "size_comparison", "height", (CUP, BOTTLE)),
    ("Which is taller the bottle or the cup?", "size_comparison", "height", (BOTTLE, CUP)),
    ("Is the lamp taller than the book?", "size_comparison", "height", (LAMP, BOOK)),
    ("Is the cup or the book taller?", "size_comparison", "height", (CUP, BOOK)),
    ("Which of the cup and the book is the tallest?", "size_comparison", "height", (CUP, BOOK)),
    ("Which is shorter, the cup or the bottle?", "size_comparison", "-height", (CUP, BOTTLE)),
    ("Is the cup shorter than the lamp?", "size_comparison", "-height", (CUP, LAMP)),
    ("Which is wider, the book or the tissue box?", "size_comparison", "width", (BOOK, TISSUES)),
    ("Is the book wider than the cup?", "size_comparison", "width", (BOOK, CUP)),
    ("Which is thinner, the bottle or the lamp?", "size_comparison", "-width", (BOTTLE, LAMP)),
    ("What is bigger, the cup or the tissue box?", "size_comparison", "volume", (CUP, TISSUES)),
    ("Is the bottle larger than the book?", "size_comparison", "volume", (BOTTLE, BOOK)),
    ("Does the cup have a larger volume than the lamp?", "size_comparison", "volume", (CUP, LAMP)),
    ("Which is smaller, the cup or the lamp?", "size_comparison", "-volume", (CUP, LAMP)),
    ("How far is the cup from the box?", "absolute_distance", "closest", (CUP, TISSUES)),
    ("How far away is the lamp from the book, in cm?", "absolute_distance", "closest", (LAMP, BOOK)),
    ("How far apart are the cup and the bottle?", "absolute_distance", "closest", (CUP, BOTTLE)),
    ("What is the distance between the bottle and the lamp?", "absolute_distance", "closest", (BOTTLE, LAMP)),
    ("What's the shortest distance from the cup to the book?", "absolute_distance", "closest", (CUP, BOOK)),
    ("How close is the cup to the bottle?", "absolute_distance", "closest", (CUP, BOTTLE)),
    ("How wide is the gap between the book and the lamp?", "absolute_distance", "closest", (BOOK, LAMP)),
    ("How much space is there between the cup and the lamp?", "absolute_distance", "closest", (CUP, LAMP)),
]

# The first object is what is measured from.
AMONG = [
    ("Which is closer to the cup, the bottle or the book?", "closest", (CUP, BOTTLE, BOOK)),
    ("Which is closest to the lamp: the cup, the bottle or the book?", "closest", (LAMP, CUP, BOTTLE, BOOK)),
    ("Is the cup closer to the bottle or to the book?", "closest", (CUP, BOTTLE, BOOK)),
    ("Is the cup closer to the lamp than the book?", "closest", (LAMP, CUP, BOOK)),
    ("Which of the cup, the lamp and the book is nearest to the bottle?", "closest", (BOTTLE, CUP, LAMP, BOOK)),
    ("Is the cup or the book nearer to the lamp?", "closest", (LAMP, CUP, BOOK)),
    ("Which object is closest to the cup?", "closest", (CUP, BOTTLE, BOOK, TISSUES, LAMP)),
    ("What is the nearest object to the book?", "closest", (BOOK, CUP, BOTTLE, TISSUES, LAMP)),
    ("Which is farthest from the cup: the bottle, the book or the lamp?", "farthest", (CUP, BOTTLE, BOOK, LAMP)),
    ("Which object is furthest away from the lamp?", "farthest", (LAMP, CUP, BOTTLE, BOOK, TISSUES)),
]

DEPTHS = [
    ("How far is the cup from the camera?", "nearest_point", (CUP,), (0,)),
    ("How far is the cup from the camera in frame 3?", "nearest_point", (CUP,), (3,)),
    ("In frame 2, how far away is the bottle?", "nearest_point", (BOTTLE,), (2,)),
    ("What is the distance from the camera to the lamp?", "nearest_point", (LAMP,), (0,)),
    ("How close is the book to me?", "nearest_point", (BOOK,), (0,)),
    ("What is the depth of the tissue box in frame 1?", "nearest_point", (TISSUES,), (1,)),
    ("Which is closer to the camera, the cup or the book?", "which_nearest", (CUP, BOOK), (0,)),
    ("Which is nearest to the camera in frame 1: the cup, the book or the bottle?", "which_nearest",
     (CUP, BOOK, BOTTLE), (1,)),
    ("Is the bottle closer to the camera than the book in frame 2?", "which_nearest", (BOTTLE, BOOK), (2,)),
    ("Which object is closest to the camera?", "which_nearest", (CUP, BOTTLE, BOOK, TISSUES, LAMP), (0,)),
    ("Which is farther from the camera, the cup or the book?", "-which_nearest", (CUP, BOOK), (0,)),
    ("Which is nearest to the camera: the cup in frame 0 or the book in frame 2?", "which_nearest",
     (CUP, BOOK), (0, 2)),
]  # fmt: skip

MOTIONS = [
    ("How did the camera move between frame 1 and frame 3?", "vector", (1, 3)),
    ("How did the camera move from frame 3 to 0?", "vector", (3, 0)),
    ("How did the camera move?", "vector", (0, 3)),
    ("How far did the camera move between frames 0 and 2?", "vector", (0, 2)),
    ("How much did the camera turn from frame 0 to frame 1?", "vector", (0, 1)),
    ("How did the camera move and turn between frames 1 and 2, in mm?", "vector", (1, 2)),
    ("In which direction did the camera move between frame 0 and frame 3?", "direction", (0, 3)),
    ("Which way did the camera go from frame 2 to frame 1?", "direction", (2, 1)),
]

QUESTIONS = [
    *((q, "object_size", aspect, (number,), ()) for q, aspect, number in SIZES),
    *((q, task, aspect, objects, ()) for q, task, aspect, objects in PAIRS),
    *((q, "relative_distance", aspect, objects, ()) for q, aspect, objects in AMONG),
    *((q, "depth_estimation", aspect, objects, frames) for q, aspect, objects, frames in DEPTHS),
    *((q, "view_change", aspect, (), frames) for q, aspect, frames in MOTIONS),
]

# With a red point on the cup in frame 1, and a blue box around the book in frame 2.
MARKED = [
    ("How tall is it?", "object_size", "height", (CUP,), (), 1),
    ("How wide is this object?", "object_size", "width", (CUP,), (), 1),
    ("How tall is the object marked red?", "object_size", "height", (CUP,), (), 1),
    ("How tall is the red point?", "object_size", "height", (CUP,), (), 1),
    ("How far apart are these two?", "absolute_distance", "closest", (CUP, BOOK), (), 2),
    ("How far is the red point from the blue box?", "absolute_distance", "closest", (CUP, BOOK), (), 2),
    ("How far is the object in the blue box from the object under the red dot?", "absolute_distance", "closest",
     (BOOK, CUP), (), 2),
    ("Which is taller?", "size_comparison", "height", (CUP, BOOK), (), 2),
    ("Which of them is smaller?", "size_comparison", "-volume", (CUP, BOOK), (), 2),
    ("How far is the bottle from this?", "absolute_distance", "closest", (BOTTLE, CUP), (), 1),
    ("Which is closest to the lamp?", "relative_distance", "closest", (LAMP, CUP, BOOK), (), 2),
    ("How far is the red point from the camera?", "depth_estimation", "point_z", (CUP,), (1,), 1),
    ("What is the depth at the red point?", "depth_estimation", "point_z", (CUP,), (1,), 1),
    ("What is the depth at this point?", "depth_estimation", "point_z", (CUP,), (1,), 1),
    ("How far is the object under the red point from the camera?", "depth_estimation", "nearest_point",
     (CUP,), (1,), 1),
    ("How far away is it?", "depth_estimation", "nearest_point", (CUP,), (1,), 1),
    ("How far is the cup from the camera?", "depth_estimation", "nearest_point", (CUP,), (1,), 1),
    ("Which is nearer to the camera?", "depth_estimation", "which_nearest", (CUP, BOOK), (1, 2), 2),
]  # fmt: skip

OUTSIDE = [
    "How many cups are there?",
    "What colour is the cup?",
    "Is the cup to the left of the box?",
    "What is the volume of the cup?",
    "How heavy is the bottle?",
    "Where is the lamp?",
    "Describe the scene.",
    "What is the area of the room?",
    "",
    "??",
    "how far",
]
