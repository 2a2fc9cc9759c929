// handoff: what a channel is, and what it tells of itself. Included by <handoff/channel.hpp>.
#pragma once

#include <handoff/options.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace handoff {

/// max_deliveries for a channel that never gives a request up.
inline constexpr std::uint32_t unlimited_deliveries = 0;

/// The shape of a channel: a new one is created with it, an existing one must offer at least this (see
/// <handoff/options.hpp>). A field that is not given asks for nothing; a new channel gets the default.
struct ChannelShape {
    // generated from describe/handoff.toml: ChannelShape
    std::optional<std::uint32_t> slot_count{};  ///< messages that can exist at once (1 to 65,535; default 8; at least)
    /// capacity for the request; without it nothing is created (1 or more; at least)
    std::optional<std::size_t> payload_bytes{};
    std::optional<std::size_t> reply_bytes{};  ///< capacity for the answer (default 0; at least)
    /// senders and receivers attached at once (2 to 1,024; default 32; at least)
    std::optional<std::uint32_t> participants{};
    /// deliveries of one request before it is given up (1 to 255, or 0: no limit; default 10; equal)
    std::optional<std::uint32_t> max_deliveries{};
    /// receivers may edit the payload; a receiver's death then means failed, never redelivery (equal)
    std::optional<bool> in_place{};
    std::optional<Sync> sync{};          ///< on what the processes sleep (default futex; equal)
    std::optional<Lifetime> lifetime{};  ///< when the name is removed (default until_last_leaves; set by the creator)
    /// rights, octal as in chmod; the umask does not change them (default 0600; set by the creator)
    std::optional<std::uint32_t> mode{};
    std::optional<std::string> group{};  ///< name of the group that owns it (default the creator's; set by the creator)
    // end of generated
};

/// The shape of an open channel.
struct ChannelInfo {
    // generated from describe/handoff.toml: ChannelInfo
    std::string name;
    std::uint32_t slot_count;
    std::size_t payload_bytes;
    std::size_t reply_bytes;
    std::uint32_t participants;
    std::uint32_t max_deliveries;
    bool in_place;
    Sync sync;
    Lifetime lifetime;
    std::uint32_t mode;      ///< rights of the segment's file, octal as in chmod
    std::string group;       ///< group of the segment's file; its number where it has no name
    std::uint64_t instance;  ///< random: distinguishes this segment from others of the same name
    // end of generated
};

/// Counts of a channel. Not a snapshot: each counter is read separately.
struct ChannelState {
    // generated from describe/handoff.toml: ChannelState
    std::uint32_t free;         ///< slots of no message
    std::uint32_t loaned;       ///< slots that senders write into
    std::uint32_t ready;        ///< requests that wait for a receiver
    std::uint32_t taken;        ///< requests that receivers hold
    std::uint32_t answered;     ///< answers that are not collected yet
    std::uint32_t senders;      ///< attached, the dead included until they are recovered
    std::uint32_t receivers;    ///< attached, the dead included until they are recovered
    std::uint64_t redelivered;  ///< since the channel was created
    std::uint64_t given_up;     ///< since the channel was created
    // end of generated
};

}  // namespace handoff
