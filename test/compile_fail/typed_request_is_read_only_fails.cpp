// A redelivered request must be intact, with a type as well.
// EXPECT: read-only|const-qualified
#include <handoff/typed.hpp>

struct Pose {
    double x, y;
};
void scribble(const handoff::TypedRequest<Pose>& request) {
    request->x = 1;
}
