#include <handoff/error.hpp>

namespace handoff {
namespace {

class Category final : public std::error_category {
public:
    const char* name() const noexcept override { return "handoff"; }
    std::string message(int value) const override { return sentence(static_cast<Errc>(value)); }

private:
    static const char* sentence(Errc code) {
        switch (code) {
            case Errc::timed_out:
                return "the deadline passed";
            case Errc::full:
                return "no slot is free at this moment";
            case Errc::empty:
                return "nothing is queued at this moment";
            case Errc::end_of_stream:
                return "everybody who sent has left, and nothing is left to read";
            case Errc::failed:
                return "the receiver could not process the request";
            case Errc::given_up:
                return "the request was delivered as often as allowed, and no receiver processed it";
            case Errc::too_large:
                return "it does not fit into the slot";
            case Errc::invalid_argument:
                return "an argument makes no sense";
            case Errc::invalid_handle:
                return "the handle was moved from, is already finished, or was inherited through fork";
            case Errc::no_such_segment:
                return "nothing of that name exists";
            case Errc::already_exists:
                return "something of that name exists already";
            case Errc::wrong_kind:
                return "the segment of that name is of another kind";
            case Errc::wrong_version:
                return "the segment was made by another layout version of handoff";
            case Errc::not_a_segment:
                return "the file of that name is not a segment of handoff";
            case Errc::mismatch:
                return "the sizes are not those that were asked for";
            case Errc::permission_denied:
                return "permission denied";
            case Errc::no_space:
                return "there is not enough memory for the segment";
            case Errc::too_many_participants:
                return "every place for a participant is taken";
            case Errc::damaged:
                return "the bytes in the segment contradict each other";
            case Errc::ownership_lost:
                return "the slot does not belong to this handle any more";
            case Errc::system:
                return "the operating system refused";
            case Errc::removed:
                return "the segment was removed from /dev/shm while it was in use: open it again";
            case Errc::stopped:
                return "a stop was requested: the wait ended, nothing was taken";
        }
        return "unknown handoff error";
    }
};

}  // namespace

const std::error_category& error_category() noexcept {
    static const Category category;
    return category;
}

}  // namespace handoff
