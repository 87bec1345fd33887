#!/usr/bin/env python3
"""include_direction.py reports made-up violations, and nothing else."""
import pathlib
import tempfile
import unittest

import include_direction

TABLE = """# Rooms

| room | holds | may include |
| --- | --- | --- |
| base | types | - |
| coding | mathematics | base |
| runtime | threads | base, coding |
| sim | virtual time | base, coding |

Text after the table | is | not read |
"""


class IncludeDirection(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("docs/architecture.md", TABLE)
        self.write("src/base/CMakeLists.txt", "gleaner_room(base PUBLIC fmt::fmt)\n")
        self.write("src/base/ids.h", "#include <vector>\n")
        for room in ["coding", "runtime", "sim"]:
            rooms = "base" if room == "coding" else "base coding"
            self.write(f"src/{room}/CMakeLists.txt", f"gleaner_room({room} ROOMS {rooms} PRIVATE x::y)\n")
        self.write("src/coding/plan.cc", '#include "coding/plan.h"\n\n#include <fmt/format.h>\n#include "base/ids.h"\n')
        self.write("src/coding/plan_test.cc", '#include <gtest/gtest.h>\n#include "support/tool.h"\n')

    def write(self, path, text):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def assert_reported(self, problem):
        self.assertEqual(include_direction.check(self.root), [problem])

    def test_a_good_tree_passes(self):
        self.assertEqual(include_direction.check(self.root), [])

    def test_an_include_upwards(self):
        self.write("src/coding/bad.cc", '#include "base/ids.h"\n#include "sim/clock.h"\n')
        self.assert_reported("src/coding/bad.cc:2: coding must not include sim/clock.h")

    def test_a_test_obeys_the_row_of_its_room(self):
        self.write("src/base/ids_test.cc", '  #  include "coding/plan.h"\n')
        self.assert_reported("src/base/ids_test.cc:1: base must not include coding/plan.h")

    def test_a_file_in_a_subfolder(self):
        self.write("src/base/deep/ids.cc", '#include "coding/plan.h"\n')
        self.assert_reported("src/base/deep/ids.cc:1: base must not include coding/plan.h")

    def test_public_headers_keep_to_themselves(self):
        self.write("include/gleaner/a.hpp", "#include <vector>\n\n#include <gleaner/b.hpp>\n")
        self.assertEqual(include_direction.check(self.root), [])
        self.write("include/gleaner/a.hpp", "#include <fmt/format.h>\n")
        self.assert_reported("include/gleaner/a.hpp: a public header must not include <fmt/format.h>")
        self.write("include/gleaner/a.hpp", '#include "base/ids.h"\n')
        self.assert_reported('include/gleaner/a.hpp: a public header must not include "base/ids.h"')
        self.write("include/gleaner/a.hpp", "")
        self.write("src/coding/a.cc", "#include <gleaner/a.hpp>\n")
        self.assert_reported("src/coding/a.cc: only embed may include <gleaner/a.hpp>")

    def test_runtime_and_sim_stay_apart(self):
        self.write("src/runtime/a.h", '#include "sim/clock.h"\n')
        self.assert_reported("src/runtime/a.h:1: runtime must not include sim/clock.h")
        self.write("src/runtime/a.h", "")
        self.write("docs/architecture.md", TABLE.replace("threads | base, coding", "threads | base, coding, sim"))
        self.assert_reported("docs/architecture.md: runtime and sim must never include each other")

    def test_a_way_around_the_room_names(self):
        self.write("src/base/a.h", '#include "../sim/clock.h"\n')
        self.assert_reported('src/base/a.h:1: "../sim/clock.h" is not written as "room/file.h"')
        self.write("src/base/a.h", '#include "clock.h"\n')
        self.assert_reported('src/base/a.h:1: "clock.h" is not written as "room/file.h"')
        self.write("src/base/a.h", '#include "simulation/clock.h"\n')
        self.assert_reported('src/base/a.h:1: "simulation/clock.h" belongs to no room')

    def test_a_link_that_the_table_forbids(self):
        self.write("src/coding/CMakeLists.txt", "gleaner_room(coding ROOMS base # why\n  sim PUBLIC runtime::x)\n")
        self.assert_reported("src/coding/CMakeLists.txt: coding must not link sim")

    def test_rooms_and_folders_match(self):
        self.write("src/attic/CMakeLists.txt", "")
        self.assert_reported("src/attic: not in the table of docs/architecture.md")

    def test_a_row_without_a_folder(self):
        self.write("docs/architecture.md", TABLE.replace("| sim |", "| wire | bytes | base |\n| sim |"))
        self.assert_reported("docs/architecture.md: the room wire has no folder src/wire")

    def test_a_table_with_a_cycle(self):
        self.write("docs/architecture.md", TABLE.replace("mathematics | base", "mathematics | base, sim"))
        problems = include_direction.check(self.root)
        self.assertEqual(len(problems), 1)
        self.assertIn("docs/architecture.md: a cycle of rooms: ", problems[0])

    def test_a_table_that_names_no_room(self):
        self.write("docs/architecture.md", TABLE.replace("mathematics | base", "mathematics | base, maths"))
        self.assert_reported("docs/architecture.md: coding may include maths, which is no room")

    def test_support_is_for_tests(self):
        self.write("src/coding/plan.h", '#include "support/tool.h"\n')
        self.assert_reported("src/coding/plan.h:1: only tests may include support/tool.h")

    def test_files_outside_of_rooms_may_look_into_every_room(self):
        self.write("tests/support/tool.h", '#include "sim/clock.h"\n')
        self.write("bench/round_bench.cc", '#include "runtime/clock.h"\n#include "support/tool.h"\n')
        self.assertEqual(include_direction.check(self.root), [])
        self.write("bench/round_bench.cc", '#include "clocks/clock.h"\n')
        self.assert_reported('bench/round_bench.cc:1: "clocks/clock.h" belongs to no room')

    def test_no_table(self):
        self.write("docs/architecture.md", "# Rooms\n")
        self.assert_reported('docs/architecture.md: no table "room | holds | may include"')


if __name__ == "__main__":
    unittest.main()
