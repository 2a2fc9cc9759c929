#include <handoff/error.hpp>

#include <cstddef>
#include <iterator>

namespace handoff {
namespace {

// In the order of their numbers, from 1.
constexpr const char* messages[]{
    // generated from describe/handoff.toml: messages
    "the deadline passed",
    "no slot is free at this moment",
    "nothing is queued at this moment",
    "every sender has left, and nothing is left to read",
    "the receiver could not process the request",
    "the request was delivered as often as allowed, and no receiver processed it",
    "it does not fit into the slot",
    "an argument is not valid",
    "the handle was moved from, is already finished, or was inherited through fork",
    "nothing of that name exists",
    "something of that name exists already",
    "the segment of that name is of another kind",
    "the segment was made by another layout version of handoff",
    "the file of that name is not a segment of handoff",
    "the sizes are not those that were asked for",
    "permission denied",
    "there is not enough memory for the segment",
    "every place for a participant is taken",
    "the bytes in the segment contradict each other",
    "the slot does not belong to this handle any more",
    "the operating system refused",
    "the segment was removed from /dev/shm while it was in use: open it again",
    "a stop was requested: the wait ended, nothing was taken",
    // end of generated
};

class Category final : public std::error_category {
public:
    const char* name() const noexcept override { return "handoff"; }
    std::string message(int value) const override {
        const auto at = static_cast<std::size_t>(value) - 1;
        return at < std::size(messages) ? messages[at] : "unknown handoff error";
    }
};

}  // namespace

const std::error_category& error_category() noexcept {
    static const Category category;
    return category;
}

}  // namespace handoff
