// A channel without a reply type takes no answer.
// EXPECT: no matching (member )?function
#include <handoff/typed.hpp>

bool answer(handoff::TypedRequest<int>& request) {
    return request.processed(42).has_value();
}
