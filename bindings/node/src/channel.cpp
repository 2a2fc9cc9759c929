// Channels: sender and receiver.
#include "fields.hpp"
#include "waits.hpp"

namespace handoff::node {

namespace {

auto& sender_from(const Call& call) {
    return handle_from<handoff_sender>(call.env(), call[0]);
}
auto& receiver_from(const Call& call) {
    return handle_from<handoff_receiver>(call.env(), call[0]);
}

// The same questions to either side.
template <auto of_sender, auto of_receiver, class... Arguments>
void ask(const Call& call, Arguments... arguments) {
    if (auto* sender = handle_if<handoff_sender>(call.env(), call[0])) {
        check(of_sender(sender->use(), arguments...));
    } else {
        check(of_receiver(receiver_from(call).use(), arguments...));
    }
}

napi_value channel_info(const Call& call) {
    handoff_channel_info info;
    handoff_channel_info_init(&info);
    ask<handoff_sender_info, handoff_receiver_info>(call, &info);
    Told told(call.env());
    described::each_channel_info(told, info);
    return told.object();
}

napi_value channel_state(const Call& call) {
    handoff_channel_state state;
    handoff_channel_state_init(&state);
    ask<handoff_sender_state, handoff_receiver_state>(call, &state);
    Told told(call.env());
    described::each_channel_state(told, state);
    return told.object();
}

napi_value who_holds(const Call& call) {
    char words[2000];
    ask<handoff_sender_who_holds, handoff_receiver_who_holds>(call, words, sizeof words);
    return value_of(call.env(), std::string_view(words));
}

napi_value sender_id(const Call& call) {
    std::uint64_t id = 0;
    check(handoff_sender_id(sender_from(call).use(), &id));
    return big_of(call.env(), id);
}

// ---- sender ---------------------------------------------------------------------------------------------------------

/// loan(sender, timeout, token)
napi_value loan(const Call& call) {
    return start(call,
                 wait_for_new<handoff_loan>(
                     call.env(), sender_from(call),
                     [](auto* sender, std::int64_t timeout_ns, const handoff_stop* stop, handoff_loan** made) {
                         return handoff_sender_loan(sender, timeout_ns, stop, made);
                     }),
                 1, 2);
}

/// tryLoan(sender): undefined if there is no free slot
napi_value try_loan(const Call& call) {
    handoff_loan* made = nullptr;
    const auto status = handoff_sender_try_loan(sender_from(call).use(), &made);
    if (status == HANDOFF_FULL) return undefined(call.env());
    check(status);
    return new_handle(call.env(), made);
}

/// send(sender, loan)
napi_value send(const Call& call) {
    auto* sender = sender_from(call).use();
    auto& given = handle_from<handoff_loan>(call.env(), call[1]);
    check(given.use_up([&](auto** it) { return handoff_sender_send(sender, it); }));
    return undefined(call.env());
}

handoff_pending* sent(const Call& call) {
    auto* sender = sender_from(call).use();
    handoff_pending* made = nullptr;
    auto& given = handle_from<handoff_loan>(call.env(), call[1]);
    check(given.use_up([&](auto** it) { return handoff_sender_request_async(sender, it, &made); }));
    return made;
}

/// requestAsync(sender, loan)
napi_value request_async(const Call& call) {
    return new_handle(call.env(), sent(call), sender_from(call).never_sleeps);
}

/// After the wait the answer is no longer awaited: an unread request is withdrawn. If the name was removed, it stays sent:
/// attached receivers may still take it.
void withdraw(Owned<handoff_pending>& pending, Refusal& refusal) {
    if (pending.it == nullptr || refusal.code == handoff_status_name(HANDOFF_REMOVED)) return;
    bool taken_back = false;
    if (handoff_pending_withdraw(&pending.it, &taken_back) != HANDOFF_OK) return;
    refusal.sentence +=
        taken_back ? ". It was withdrawn" : ". It is left to the receiver; its answer is no longer awaited";
}

/// request(sender, loan, timeout, token)
napi_value request(const Call& call) {
    constexpr std::size_t timeout_at = 2, token_at = 3;
    (void)timeout_from(call.env(), call[timeout_at]);  // refused before anything is sent
    auto pending = std::make_shared<Owned<handoff_pending>>();
    Wait wait = wait_for_new<handoff_processed>(
        call.env(), sender_from(call),
        [pending](auto*, std::int64_t timeout_ns, const handoff_stop* stop, auto** made) {
            return handoff_pending_wait(&pending->it, timeout_ns, stop, made);
        });
    if (wait.descriptors) wait.descriptors = [pending] { return std::vector{descriptor_of(pending->it)}; };
    wait.looks_last = true;
    wait.give_up = [pending](Refusal& refusal) { withdraw(*pending, refusal); };
    pending->it = sent(call);
    return start(call, std::move(wait), timeout_at, token_at);
}

/// waitForReceiver(sender, timeout, token)
napi_value wait_for_receiver(const Call& call) {
    auto& handle = sender_from(call);
    Wait wait;
    wait.attempt = [owned = handle.share()](std::int64_t timeout_ns, const handoff_stop* stop) {
        return handoff_sender_wait_for_receiver(owned->it, timeout_ns, stop);
    };
    wait.result = [env = call.env()] { return undefined(env); };
    wait.closed = {handle.stop};
    wait.what = handle.name();
    return start(call, std::move(wait), 1, 2);
}

// ---- requests in flight ---------------------------------------------------------------------------------------------

auto& pending_from(const Call& call) {
    return handle_from<handoff_pending>(call.env(), call[0]);
}

/// pendingWait(pending, timeout, token)
napi_value pending_wait(const Call& call) {
    auto& handle = pending_from(call);
    const auto owned = handle.share();
    Wait wait = wait_for_new<handoff_processed>(
        call.env(), handle, [owned](auto*, std::int64_t timeout_ns, const handoff_stop* stop, auto** made) {
            return handoff_pending_wait(&owned->it, timeout_ns, stop, made);
        });
    wait_alone(wait, call.env(), handle, call[0]);
    return start(call, std::move(wait), 1, 2);
}

napi_value pending_was_answered(const Call& call) {
    return value_of(call.env(), handoff_pending_was_answered(pending_from(call).use()));
}

napi_value pending_sequence(const Call& call) {
    return count_of(call.env(), handoff_pending_sequence(pending_from(call).use()));
}

napi_value pending_withdraw(const Call& call) {
    bool taken_back = false;
    check(pending_from(call).use_up([&](auto** it) { return handoff_pending_withdraw(it, &taken_back); }));
    return value_of(call.env(), taken_back);
}

// ---- receiver -------------------------------------------------------------------------------------------------------

/// receive(receiver, timeout, token)
napi_value receive(const Call& call) {
    return start(call,
                 wait_for_new<handoff_request>(
                     call.env(), receiver_from(call),
                     [](auto* receiver, std::int64_t timeout_ns, const handoff_stop* stop, handoff_request** made) {
                         return handoff_receiver_receive(receiver, timeout_ns, stop, made);
                     }),
                 1, 2);
}

/// tryReceive(receiver): undefined if there is nothing
napi_value try_receive(const Call& call) {
    handoff_request* made = nullptr;
    const auto status = handoff_receiver_try_receive(receiver_from(call).use(), &made);
    if (status == HANDOFF_EMPTY) return undefined(call.env());
    check(status);
    return new_handle(call.env(), made);
}

}  // namespace

void export_channel(napi_env env, napi_value exports) {
    export_all(env, exports,
               {{"channelInfo", entry<channel_info>},
                {"channelState", entry<channel_state>},
                {"whoHolds", entry<who_holds>},
                {"senderId", entry<sender_id>},
                {"loan", entry<loan>},
                {"tryLoan", entry<try_loan>},
                {"send", entry<send>},
                {"requestAsync", entry<request_async>},
                {"request", entry<request>},
                {"waitForReceiver", entry<wait_for_receiver>},
                {"pendingWait", entry<pending_wait>},
                {"pendingWasAnswered", entry<pending_was_answered>},
                {"pendingSequence", entry<pending_sequence>},
                {"pendingWithdraw", entry<pending_withdraw>},
                {"receive", entry<receive>},
                {"tryReceive", entry<try_receive>}});
}

}  // namespace handoff::node
