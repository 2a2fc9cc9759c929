// Files that appear under their name when they are whole, and not before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace handoff::apps {

/// A file that is being written. Until it is placed it is called NAME.XXXXXXXX.partial, in the folder of NAME; an older
/// file NAME is untouched until then, and gives the new one its permissions and, where that is allowed, its owner.
///
/// A symbolic link is followed. A pipe, a device and /dev/stdout are written directly.
///
/// Death: killed (also by a second Ctrl-C), it leaves the .partial file, and NAME as it was. Power loss: nothing calls
/// fsync, which would hold up every picture; what was written in the last seconds may be gone or empty then.
///
/// Thread safety: one thread.
class NewFile {
public:
    /// What becomes of a file that has the name.
    enum class Older {
        replaced,
        kept,     ///< and the new one is refused
        avoided,  ///< and the new one gets another name: for place_as()
    };

    /// Throws Error: already_exists (where the older one is kept), permission_denied, no_space, system.
    NewFile(std::string path, Older older);
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    /// Removes what was not placed, unless it is left.
    ~NewFile();

    /// Throws Error, and then nothing of `bytes` is in the file (a pipe or a device may have taken a part).
    void append(std::span<const std::byte> bytes);
    /// Gives it its name. Throws Error; already_exists if the older one is kept and one has appeared meanwhile.
    void place();
    /// Gives it that name, in the same folder, and never over anything: false if something has the name already.
    /// What is written directly has its name (true).
    bool place_as(const std::string& path);
    /// From now on it stays as .partial where it is not placed: half of it is worth something.
    void leave_partial() noexcept { leave_ = true; }

    std::uint64_t size() const noexcept { return size_; }
    /// The name it was opened for.
    const std::string& path() const noexcept { return path_; }
    /// Where it is now: its name, or that of the .partial file.
    const std::string& current_path() const noexcept { return partial_.empty() ? placed_ : partial_; }

private:
    bool find_target();
    void open_directly();
    void open_partial();
    void finish();

    const std::string path_;
    const Older older_;
    std::string target_;   ///< path_ with all links followed
    std::string partial_;  ///< empty: placed, or written directly
    std::string placed_;
    int fd_ = -1;
    bool leave_ = false;
    std::uint64_t size_ = 0;
};

/// True for the name that a NewFile has before it is placed: such a file must not be used as an input.
bool is_partial_file(const std::filesystem::path& path);

}  // namespace handoff::apps
