// What JavaScript holds of the C interface: a Handle, which ends what it owns when it is closed, or when it and all
// views are garbage.
#pragma once

#include <array>
#include <memory>
#include <utility>

#include "convert.hpp"
#include "stop.hpp"

namespace handoff::node {

/// How a type of the C interface ends, and what people call it.
template <class T>
struct Kind;
#define HANDOFF_NODE_KIND(type, end, word)             \
    template <>                                        \
    struct Kind<type> {                                \
        static void end_it(type** it) { end(it); }     \
        static constexpr std::string_view name = word; \
    }
HANDOFF_NODE_KIND(handoff_sender, handoff_sender_close, "Sender");
HANDOFF_NODE_KIND(handoff_receiver, handoff_receiver_close, "Receiver");
HANDOFF_NODE_KIND(handoff_publisher, handoff_publisher_close, "Publisher");
HANDOFF_NODE_KIND(handoff_subscriber, handoff_subscriber_close, "Subscriber");
HANDOFF_NODE_KIND(handoff_latest, handoff_latest_close, "Latest");
HANDOFF_NODE_KIND(handoff_loan, handoff_loan_drop, "Loan");
HANDOFF_NODE_KIND(handoff_request, handoff_request_drop, "Request");
HANDOFF_NODE_KIND(handoff_pending, handoff_pending_drop, "Pending");
HANDOFF_NODE_KIND(handoff_processed, handoff_processed_drop, "Processed");
HANDOFF_NODE_KIND(handoff_message, handoff_message_drop, "Message");
#undef HANDOFF_NODE_KIND

/// Something of the C interface; it ends with its last owner: the Handle, a view, a wait that is under way.
template <class T>
struct Owned {
    Owned() = default;
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    ~Owned() { end(); }
    void end() { Kind<T>::end_it(&it); }

    T* it = nullptr;
};

/// Memory of a slot that JavaScript may see.
struct Area {
    void* data;
    std::size_t bytes;
    bool is_writable;
};
/// The ArrayBuffer that shows an area.
struct View {
    napi_ref buffer = nullptr;
    Area area{};
    bool is_copy = false;
};

struct Addon;

class AnyHandle {
public:
    explicit AnyHandle(napi_env env);
    AnyHandle(const AnyHandle&) = delete;
    AnyHandle& operator=(const AnyHandle&) = delete;
    virtual ~AnyHandle();

    virtual std::string_view name() const = 0;
    virtual bool is_open() const = 0;
    /// Ends what is owned, and every wait and view on it.
    virtual void close() = 0;

    std::array<View, 2> views{};
    bool is_busy = false;                              ///< a wait that tolerates nobody beside it
    bool never_sleeps = false;                         ///< opened with wait: 'busy'
    const SharedStop stop = std::make_shared<Stop>();  ///< of the waits on it

protected:
    const napi_env env_;

private:
    const std::shared_ptr<Addon> addon_;
};

[[noreturn]] void refuse_closed(std::string_view name);
[[noreturn]] void refuse_busy(std::string_view name);

// In views.cpp.
/// Before a slot changes hands: writes back what lies in copies, and detaches every buffer. Refuses where a buffer was
/// taken away from the slot, or does not let itself be detached; the slot is usable then as it was.
void end_views(napi_env env, AnyHandle& handle);
/// The same where nothing can be refused. False if somebody else has one: the slot must live on.
bool give_up_views(napi_env env, AnyHandle& handle) noexcept;
/// Lets go of the buffers as they are.
void forget_views(napi_env env, AnyHandle& handle) noexcept;

template <class T>
class Handle final : public AnyHandle {
public:
    Handle(napi_env env, std::shared_ptr<Owned<T>> owned) : AnyHandle(env), owned_(std::move(owned)) {}

    std::string_view name() const override { return Kind<T>::name; }
    bool is_open() const override { return owned_ != nullptr && (is_busy || owned_->it != nullptr); }
    void close() override {
        if (owned_ == nullptr) return;
        stop->request();
        const bool is_alone = give_up_views(env_, *this) && !is_busy;
        if (is_alone && is_slot) owned_->end();  // the garbage collector comes late to the owners in the buffers
        owned_.reset();
    }

    /// For a wait that may last longer than this handle.
    const std::shared_ptr<Owned<T>>& share() const {
        if (!is_open()) refuse_closed(name());
        if (is_busy) refuse_busy(name());
        return owned_;
    }
    T* use() const { return share()->it; }

    /// Lets `call` use the slot up. It goes on if it was refused without being used up.
    template <class Call>
    handoff_status use_up(Call&& call) {
        const auto owned = share();
        end_views(env_, *this);
        const handoff_status status = call(&owned->it);
        if (owned->it == nullptr) owned_.reset();
        return status;
    }

private:
    static constexpr bool is_slot = !(std::is_same_v<T, handoff_sender> || std::is_same_v<T, handoff_receiver> ||
                                      std::is_same_v<T, handoff_publisher> || std::is_same_v<T, handoff_subscriber> ||
                                      std::is_same_v<T, handoff_latest>);
    std::shared_ptr<Owned<T>> owned_;
};

/// A new value of JavaScript that holds the handle.
napi_value value_of(napi_env env, std::unique_ptr<AnyHandle> handle);
template <class T>
napi_value value_of(napi_env env, std::shared_ptr<Owned<T>> owned, bool never_sleeps = false) {
    auto handle = std::make_unique<Handle<T>>(env, std::move(owned));
    handle->never_sleeps = never_sleeps;
    return value_of(env, std::unique_ptr<AnyHandle>(std::move(handle)));
}
/// The same for what a call has just made.
template <class T>
napi_value new_handle(napi_env env, T* made, bool never_sleeps = false) {
    auto owned = std::make_shared<Owned<T>>();
    owned->it = made;
    return value_of(env, std::move(owned), never_sleeps);
}

AnyHandle& any_handle_from(napi_env env, napi_value value);
template <class T>
Handle<T>* handle_if(napi_env env, napi_value value) {
    return dynamic_cast<Handle<T>*>(&any_handle_from(env, value));
}
template <class T>
Handle<T>& handle_from(napi_env env, napi_value value) {
    if (auto* handle = handle_if<T>(env, value)) return *handle;
    refuse(HANDOFF_INVALID_ARGUMENT,
           "this is a " + std::string(any_handle_from(env, value).name()) + ", not a " + std::string(Kind<T>::name));
}

}  // namespace handoff::node
