#include <handoff/typed.hpp>

bool answer(handoff::TypedRequest<int, int>& request) {
    return request.processed(42).has_value();
}
