#include <handoff/typed.hpp>

struct Pose {
    double x, y;
};
double look(const handoff::TypedRequest<Pose>& request) {
    return request->x;
}
