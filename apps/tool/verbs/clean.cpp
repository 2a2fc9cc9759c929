// clean and rm: the two verbs that change something.
#include "cli/units.hpp"
#include "tool/format.hpp"
#include "tool/report_json.hpp"
#include "tool/verbs.hpp"

#include "cli/json.hpp"

#include <handoff/inspect.hpp>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <iostream>

namespace po = boost::program_options;

namespace handoff::apps::tool {

namespace {

std::string format(const inspect::Cleaned& cleaned, bool dry_run) {
    std::string words;
    if (cleaned.recovered > 0)
        words = (dry_run ? "would recover " : "recovered ") + counted(cleaned.recovered, "dead participant");
    if (cleaned.removed) words += std::string(words.empty() ? "" : ", ") + (dry_run ? "would be removed" : "removed");
    if (!cleaned.removed) words += (words.empty() ? "stays: " : "; stays: ") + cleaned.kept_because;
    return words;
}

std::string in_json(const std::string& name, const inspect::Cleaned& cleaned, bool dry_run) {
    JsonObject object;
    object.add("segment", name).add_flag("dry_run", dry_run);
    object.add("recovered", std::uint64_t{cleaned.recovered}).add_flag("removed", cleaned.removed);
    return object.add("kept_because", cleaned.kept_because).str();
}

ExitCode run_clean(const Invocation& invocation) {
    const std::string glob = invocation.operands.empty() ? "*" : invocation.operands.front();
    const bool dry_run = invocation.arguments.flag("dry-run");
    const auto files = inspect::find(glob);
    const bool is_one = !is_glob(glob);
    if (files.empty() && is_one)
        throw Error(Errc::no_such_segment, "there is no '" + glob + "'" + inspect::did_you_mean(glob));
    ExitCode code = ExitCode::ok;
    for (const auto& file : files) {
        const auto cleaned = inspect::clean(file.name, dry_run);
        if (cleaned) {
            if (invocation.arguments.flag("json"))
                std::cout << in_json(file.name, *cleaned, dry_run) << "\n";
            else
                std::cout << file.name << ": " << format(*cleaned, dry_run) << "\n";
        } else if (!(cleaned.error() == Errc::no_such_segment)) {  // gone since it was found
            std::cerr << file.name << ": left alone: " << cleaned.error().message() << "\n";
            const bool is_private = cleaned.error() == Errc::permission_denied;  // and not named explicitly
            if (is_one || !is_private) code = exit_code_of(cleaned.error());
        }
    }
    if (files.empty()) std::cerr << "nothing to clean\n";
    return code;
}

void add_clean_options(po::options_description& options) {
    options.add_options()("dry-run", po::bool_switch(), "only print what would be done");
    add_json_option(options);
}

ExitCode run_rm(const Invocation& invocation) {
    ExitCode code = ExitCode::ok;
    for (const std::string& name : invocation.operands) {
        const auto removed = inspect::remove(name, invocation.arguments.flag("force"));
        if (removed) {
            std::cerr << "removed " << name << "\n";
        } else {
            std::cerr << "handoff rm: " << removed.error().message() << "\n";
            code = exit_code_of(removed.error());
        }
    }
    return code;
}

void add_rm_options(po::options_description& options) {
    options.add_options()("force", po::bool_switch(),
                          "also while a participant is alive there, or where that is not known");
}

}  // namespace

const Verb clean{
    "clean",
    "[GLOB]",
    0,
    1,
    Operand::segment,
    "gives back what the dead hold, removes unused segments",
    "Recovers dead participants: what they held is delivered again, or free. Removes segments without live\n"
    "participants that hold no unread messages and are not persistent. Everything else stays, with the\n"
    "reason. Segments of other users that you may not open are listed; they are an error only if named.",
    add_clean_options,
    run_clean};
const Verb rm{
    "rm",
    "NAME...",
    1,
    any_number,
    Operand::segment,
    "removes a segment, messages and all",
    "Refuses while a participant is alive there. With --force the live ones keep what they have mapped, meet\n"
    "no new participants, and their waits return an error: end them, too.",
    add_rm_options,
    run_rm};

}  // namespace handoff::apps::tool
