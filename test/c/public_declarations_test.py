#!/usr/bin/python3
"""What check_exports.py sees in a made-up header: each line that ends in `// refused`, and no other."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
import public_declarations  # noqa: E402

HEADER = """
#include <cstddef>
namespace handoff::detail { class Hidden {}; template <class T> concept Fits = true; void inside(Hidden); }
namespace handoff {
class HANDOFF_EXPORT Handle {
    Handle(detail::Hidden hidden);
public:
    Handle(int one, detail::slot::Hidden& other) noexcept : other_{one} {}  // refused
    detail::Hidden returned() const;  // refused
    void waits(const Wait& wait = {}) { detail::use(wait, "}"); }
    std::vector<detail::Hidden> shown_;  // refused
    friend detail::Hidden;
    friend class detail::slot::Hidden;
    template <detail::Fits T> void constrained(T t) { detail::use(t); }
    struct Inner : detail::Hidden {  // refused
        detail::Hidden open;  // refused
    };
    using Shown = detail::Hidden;  // refused
protected:
    void derived(detail::Hidden*);  // refused
private:
    struct Secret { detail::Hidden* open; };
    void commit(detail::Hidden& hidden, int more = 0);
    detail::Hidden* hidden_ = nullptr;
};
inline int free_function(const detail::Hidden& hidden) { return 1'000; }  // refused
inline int other_function(int number) { return detail::inside(number); }
using detail::Hidden;  // refused
template <class T>
class result : public detail::basic_result<T> {};
}
"""


class PublicDeclarations(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        (Path(folder.name) / "made_up.hpp").write_text(HEADER, encoding="utf-8")

    def test_what_a_user_can_name_names_no_type_of_detail(self):
        refused = [declaration for _, declaration in public_declarations.naming_detail(self.folder)]
        expected = [line for line in HEADER.splitlines() if line.endswith("// refused")]
        self.assertEqual(len(refused), len(expected), refused)
        for declaration, line in zip(refused, expected):
            self.assertIn(declaration, " ".join(line.split()))

    def test_every_function_is_found_whoever_may_call_it(self):
        self.assertEqual(set(public_declarations.functions(self.folder)),
                         {"handoff::detail::inside", "handoff::free_function", "handoff::other_function"} |
                         {f"handoff::Handle::{name}" for name in ("Handle", "returned", "waits", "constrained",
                                                                  "derived", "commit")})


if __name__ == "__main__":
    unittest.main()
