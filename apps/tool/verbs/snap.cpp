#include "cli/new_file.hpp"
#include "cli/output.hpp"
#include "cli/units.hpp"
#include "cli/waits.hpp"
#include "tool/format.hpp"
#include "tool/npy.hpp"
#include "tool/png.hpp"
#include "tool/scaled.hpp"
#include "tool/verbs.hpp"

#include <handoff/inspect.hpp>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <iostream>
#include <optional>
#include <thread>

namespace po = boost::program_options;

namespace handoff::apps::tool {

namespace {

void write_file(const std::string& path, std::span<const std::byte> first, std::span<const std::byte> second = {}) {
    if (path == "-") {
        for (const auto& part : {first, second})
            std::cout.write(reinterpret_cast<const char*>(part.data()), static_cast<std::streamsize>(part.size()));
        return flush_output();
    }
    NewFile file(path, NewFile::Older::replaced);
    file.append(first);
    file.append(second);
    file.place();
}

/// An image becomes a PNG, an array a file of numpy. Throws Error(mismatch) for anything else, and for a name that says
/// the other.
void check_file_name(const std::string& path, const inspect::Copied& message, const std::string& what) {
    if (!message.image.is_described())
        throw Error(Errc::mismatch, what + " (" + format_bytes(message.size) +
                                        ") is neither an image nor an array: --raw writes its bytes as they are");
    const std::string is = what + " is an " + (message.image.is_array() ? "array" : "image") + " (" +
                           format_description(message.image) + ")";
    if (message.image.is_array() && path != "-" && !path.ends_with(".npy"))
        throw Error(Errc::mismatch, is + ": name the file FILE.npy, or write its bytes with --raw");
    if (!message.image.is_array() && path.ends_with(".npy"))
        throw Error(Errc::mismatch, is + ": name the file FILE.png, or write its bytes with --raw");
}

ExitCode run(const Invocation& invocation) {
    const std::string& name = invocation.operands.front();
    const std::string& path = invocation.operands.back();
    inspect::Observer observer(name);
    std::vector<std::byte> buffer;
    const auto until = in(invocation.arguments.duration("timeout"));
    auto copied = observer.copy_newest(buffer);
    while (!copied && copied.error() == Errc::empty && Clock::now() < until && !stop_requested()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        copied = observer.copy_newest(buffer);
    }
    if (!copied && copied.error() == Errc::empty)
        throw Error(Errc::timed_out,
                    "'" + name + "' holds no message yet. `handoff info " + name + "` shows the participants");
    if (!copied) throw Error(copied.error());
    const std::span<const std::byte> payload(buffer.data(), copied->size);
    const bool raw = invocation.arguments.flag("raw");
    if (!raw) check_file_name(path, *copied, "the newest message of '" + name + "'");
    const bool is_image = !raw && copied->image.is_image();
    const auto picture = is_image ? scaled(copied->image, payload) : std::nullopt;
    if (raw) {
        write_file(path, payload);
    } else if (!is_image) {
        const Array array = Array::from(copied->image);
        const std::string head = npy_head(array);
        write_file(path, std::as_bytes(std::span(head)), payload.first(array.byte_count()));
    } else {
        const auto png = picture ? as_png(picture->image, picture->pixels) : as_png(copied->image, payload);
        if (!png) throw Error(png.error());
        write_file(path, *png);
    }
    const auto age = std::chrono::steady_clock::now() - copied->published_at;
    std::cerr << (path == "-" ? "stdout" : path) << ": message " << copied->sequence << ", "
              << (copied->image.is_described() ? format_description(copied->image) : format_bytes(copied->size)) << ", "
              << format_age(age) << " old" << (picture ? "; " + picture->words() : "") << "\n";
    return ExitCode::ok;
}

void add_options(po::options_description& options) {
    options.add_options()("raw", po::bool_switch(), "its bytes as they are, in no format")(
        "timeout", value("D", "2s"),
        "wait so long for a message to be there: of a busy channel the only one may be on loan");
}

}  // namespace

const Verb snap{
    "snap",
    "NAME FILE",
    2,
    2,
    Operand::segment,
    "the newest image as FILE.png, an array as FILE.npy",
    "Copies the newest message, never waits and holds nothing longer than the copy takes. Of a channel:\n"
    "the one that was sent last, read or not. FILE may be - for stdout. Pictures of floats or signed\n"
    "integers are scaled to 8 bits between the 1st and 99th percentile of their numbers, which is reported.",
    add_options,
    run};

}  // namespace handoff::apps::tool
