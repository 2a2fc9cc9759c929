#include <handoff/c/array.h>
#include <handoff/c/common.h>
#include <handoff/c/image.h>
#include <handoff/c/topic.h>
#include <handoff/image.hpp>
#include <handoff/options.hpp>
#include <handoff/topic.hpp>
#include <handoff/truncation.hpp>
#include <handoff/version.hpp>

#include <exception>
#include <vector>

#include "c/abi_guard.hpp"
#include "described/described.hpp"
#include "segment/segment_layout.hpp"

namespace handoff::detail::c {
namespace {

// generated from describe/handoff.toml: asserts
static_assert(HANDOFF_CREATE_OR_ATTACH == static_cast<int>(Open::create_or_attach));
static_assert(HANDOFF_CREATE == static_cast<int>(Open::create));
static_assert(HANDOFF_ATTACH == static_cast<int>(Open::attach));
static_assert(HANDOFF_UNTIL_LAST_LEAVES == static_cast<int>(Lifetime::until_last_leaves));
static_assert(HANDOFF_PERSISTENT == static_cast<int>(Lifetime::persistent));
static_assert(HANDOFF_SYNC_FUTEX == static_cast<int>(Sync::futex));
static_assert(HANDOFF_SYNC_BOOST == static_cast<int>(Sync::boost));
static_assert(HANDOFF_TIMESTAMPS_EXACT == static_cast<int>(Timestamps::exact));
static_assert(HANDOFF_TIMESTAMPS_COARSE == static_cast<int>(Timestamps::coarse));
static_assert(HANDOFF_WAIT_BUSY == static_cast<int>(WaitPolicy::busy));
static_assert(HANDOFF_WAIT_BALANCED == static_cast<int>(WaitPolicy::balanced));
static_assert(HANDOFF_WAIT_SLEEP == static_cast<int>(WaitPolicy::sleep));
static_assert(HANDOFF_START_NEWEST == static_cast<int>(Start::newest));
static_assert(HANDOFF_START_OLDEST == static_cast<int>(Start::oldest));
static_assert(HANDOFF_START_NEXT == static_cast<int>(Start::next));
static_assert(HANDOFF_TIMED_OUT == static_cast<int>(Errc::timed_out));
static_assert(HANDOFF_FULL == static_cast<int>(Errc::full));
static_assert(HANDOFF_EMPTY == static_cast<int>(Errc::empty));
static_assert(HANDOFF_END_OF_STREAM == static_cast<int>(Errc::end_of_stream));
static_assert(HANDOFF_FAILED == static_cast<int>(Errc::failed));
static_assert(HANDOFF_GIVEN_UP == static_cast<int>(Errc::given_up));
static_assert(HANDOFF_TOO_LARGE == static_cast<int>(Errc::too_large));
static_assert(HANDOFF_INVALID_ARGUMENT == static_cast<int>(Errc::invalid_argument));
static_assert(HANDOFF_INVALID_HANDLE == static_cast<int>(Errc::invalid_handle));
static_assert(HANDOFF_NO_SUCH_SEGMENT == static_cast<int>(Errc::no_such_segment));
static_assert(HANDOFF_ALREADY_EXISTS == static_cast<int>(Errc::already_exists));
static_assert(HANDOFF_WRONG_KIND == static_cast<int>(Errc::wrong_kind));
static_assert(HANDOFF_WRONG_VERSION == static_cast<int>(Errc::wrong_version));
static_assert(HANDOFF_NOT_A_SEGMENT == static_cast<int>(Errc::not_a_segment));
static_assert(HANDOFF_MISMATCH == static_cast<int>(Errc::mismatch));
static_assert(HANDOFF_PERMISSION_DENIED == static_cast<int>(Errc::permission_denied));
static_assert(HANDOFF_NO_SPACE == static_cast<int>(Errc::no_space));
static_assert(HANDOFF_TOO_MANY_PARTICIPANTS == static_cast<int>(Errc::too_many_participants));
static_assert(HANDOFF_DAMAGED == static_cast<int>(Errc::damaged));
static_assert(HANDOFF_OWNERSHIP_LOST == static_cast<int>(Errc::ownership_lost));
static_assert(HANDOFF_SYSTEM == static_cast<int>(Errc::system));
static_assert(HANDOFF_REMOVED == static_cast<int>(Errc::removed));
static_assert(HANDOFF_STOPPED == static_cast<int>(Errc::stopped));
static_assert(HANDOFF_NONE == static_cast<int>(Encoding::none));
static_assert(HANDOFF_MONO8 == static_cast<int>(Encoding::mono8));
static_assert(HANDOFF_MONO16 == static_cast<int>(Encoding::mono16));
static_assert(HANDOFF_BGR8 == static_cast<int>(Encoding::bgr8));
static_assert(HANDOFF_RGB8 == static_cast<int>(Encoding::rgb8));
static_assert(HANDOFF_BGRA8 == static_cast<int>(Encoding::bgra8));
static_assert(HANDOFF_RGBA8 == static_cast<int>(Encoding::rgba8));
static_assert(HANDOFF_BGR16 == static_cast<int>(Encoding::bgr16));
static_assert(HANDOFF_RGB16 == static_cast<int>(Encoding::rgb16));
static_assert(HANDOFF_8UC2 == static_cast<int>(Encoding::type_8UC2));
static_assert(HANDOFF_8SC1 == static_cast<int>(Encoding::type_8SC1));
static_assert(HANDOFF_8SC2 == static_cast<int>(Encoding::type_8SC2));
static_assert(HANDOFF_8SC3 == static_cast<int>(Encoding::type_8SC3));
static_assert(HANDOFF_8SC4 == static_cast<int>(Encoding::type_8SC4));
static_assert(HANDOFF_16UC1 == static_cast<int>(Encoding::type_16UC1));
static_assert(HANDOFF_16UC2 == static_cast<int>(Encoding::type_16UC2));
static_assert(HANDOFF_16UC3 == static_cast<int>(Encoding::type_16UC3));
static_assert(HANDOFF_16UC4 == static_cast<int>(Encoding::type_16UC4));
static_assert(HANDOFF_16SC1 == static_cast<int>(Encoding::type_16SC1));
static_assert(HANDOFF_16SC2 == static_cast<int>(Encoding::type_16SC2));
static_assert(HANDOFF_16SC3 == static_cast<int>(Encoding::type_16SC3));
static_assert(HANDOFF_16SC4 == static_cast<int>(Encoding::type_16SC4));
static_assert(HANDOFF_32SC1 == static_cast<int>(Encoding::type_32SC1));
static_assert(HANDOFF_32SC2 == static_cast<int>(Encoding::type_32SC2));
static_assert(HANDOFF_32SC3 == static_cast<int>(Encoding::type_32SC3));
static_assert(HANDOFF_32SC4 == static_cast<int>(Encoding::type_32SC4));
static_assert(HANDOFF_32FC1 == static_cast<int>(Encoding::type_32FC1));
static_assert(HANDOFF_32FC2 == static_cast<int>(Encoding::type_32FC2));
static_assert(HANDOFF_32FC3 == static_cast<int>(Encoding::type_32FC3));
static_assert(HANDOFF_32FC4 == static_cast<int>(Encoding::type_32FC4));
static_assert(HANDOFF_64FC1 == static_cast<int>(Encoding::type_64FC1));
static_assert(HANDOFF_64FC2 == static_cast<int>(Encoding::type_64FC2));
static_assert(HANDOFF_64FC3 == static_cast<int>(Encoding::type_64FC3));
static_assert(HANDOFF_64FC4 == static_cast<int>(Encoding::type_64FC4));
static_assert(HANDOFF_BAYER_RGGB8 == static_cast<int>(Encoding::bayer_rggb8));
static_assert(HANDOFF_BAYER_BGGR8 == static_cast<int>(Encoding::bayer_bggr8));
static_assert(HANDOFF_BAYER_GBRG8 == static_cast<int>(Encoding::bayer_gbrg8));
static_assert(HANDOFF_BAYER_GRBG8 == static_cast<int>(Encoding::bayer_grbg8));
static_assert(HANDOFF_ARRAY == static_cast<int>(Encoding::array));
static_assert(HANDOFF_DTYPE_BOOL == static_cast<int>(Dtype::type_bool));
static_assert(HANDOFF_DTYPE_UINT8 == static_cast<int>(Dtype::uint8));
static_assert(HANDOFF_DTYPE_UINT16 == static_cast<int>(Dtype::uint16));
static_assert(HANDOFF_DTYPE_UINT32 == static_cast<int>(Dtype::uint32));
static_assert(HANDOFF_DTYPE_UINT64 == static_cast<int>(Dtype::uint64));
static_assert(HANDOFF_DTYPE_INT8 == static_cast<int>(Dtype::int8));
static_assert(HANDOFF_DTYPE_INT16 == static_cast<int>(Dtype::int16));
static_assert(HANDOFF_DTYPE_INT32 == static_cast<int>(Dtype::int32));
static_assert(HANDOFF_DTYPE_INT64 == static_cast<int>(Dtype::int64));
static_assert(HANDOFF_DTYPE_FLOAT16 == static_cast<int>(Dtype::float16));
static_assert(HANDOFF_DTYPE_FLOAT32 == static_cast<int>(Dtype::float32));
static_assert(HANDOFF_DTYPE_FLOAT64 == static_cast<int>(Dtype::float64));
static_assert(HANDOFF_DTYPE_BFLOAT16 == static_cast<int>(Dtype::bfloat16));
// end of generated

/// The last failure in a thread. Its message is composed on demand: a caller that only polls does not pay for it.
struct LastRefusal {
    Failure failure;
    std::string sentence;
    bool is_worded = true;
};
thread_local LastRefusal last;

}  // namespace

handoff_status refuse(Failure failure) noexcept {
    const int status = failure.code().value();
    last.failure = std::move(failure);
    last.is_worded = false;
    return status;
}

handoff_status refuse_current_exception() noexcept {
    try {
        try {
            throw;
        } catch (const Error& error) {
            return refuse(error.failure());
        } catch (const std::bad_alloc&) {
            return refuse({Errc::system, "this process is out of memory"});
        } catch (const std::exception& error) {
            return refuse({Errc::system, std::string("unexpected exception: ") + error.what()});
        }
    } catch (...) {
        return refuse(Errc::system);  // needs no memory
    }
}

std::chrono::nanoseconds timeout(std::int64_t timeout_ns) {
    if (timeout_ns < 0)
        throw Error(Errc::invalid_argument,
                    "a timeout of " + std::to_string(timeout_ns) + " ns: 0 (HANDOFF_NOW) or more, or HANDOFF_FOREVER");
    return std::chrono::nanoseconds(timeout_ns);  // HANDOFF_FOREVER is nanoseconds::max(), which means never
}

Deadline deadline(std::int64_t timeout_ns) {
    return timeout_ns == HANDOFF_FOREVER ? Deadline::never() : Deadline(timeout(timeout_ns));
}

}  // namespace handoff::detail::c

using namespace handoff;

extern "C" {

uint32_t handoff_abi_version() {
    return HANDOFF_ABI_VERSION;
}

uint32_t handoff_layout_version() {
    return detail::segment::layout_version;
}

const char* handoff_version() {
    return HANDOFF_VERSION;
}

const char* handoff_last_error() {
    auto& last = detail::c::last;
    try {
        if (!last.is_worded) last.sentence = last.failure.message();
        last.is_worded = true;
        return last.sentence.c_str();
    } catch (...) {
        return "this process is out of memory";
    }
}

const char* handoff_status_name(handoff_status status) {
    if (status == HANDOFF_OK) return "ok";
    const std::size_t index = static_cast<std::size_t>(status) - 1;
    return status > 0 && index < std::size(detail::described::errc_words) ? detail::described::errc_words[index].data()
                                                                          : "unknown";
}

handoff_status handoff_wait_any(const handoff_waitable* const* waitables, size_t count, int64_t timeout_ns,
                                const handoff_stop* stop, size_t* index) {
    return detail::c::guarded([&] {
        std::vector<Waitable> all;
        all.reserve(count);
        if (count > 0) detail::c::place(waitables, "the waitables");
        for (std::size_t at = 0; at < count; ++at) all.push_back(detail::c::handle(waitables[at], "waitable").value);
        return detail::c::store(wait_any(all, detail::c::wait(timeout_ns, stop)), detail::c::place(index, "the index"));
    });
}

bool handoff_waitable_was_ready(const handoff_waitable* waitable) {
    return waitable != nullptr && waitable->value.was_ready();
}

void handoff_waitable_drop(handoff_waitable** waitable) {
    detail::c::drop(waitable);
}

handoff_status handoff_handle_sigbus() {
    return detail::c::guarded([] {
        handle_sigbus();
        return HANDOFF_OK;
    });
}

}  // extern "C"
