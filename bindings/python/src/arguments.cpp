#include "arguments.hpp"

namespace handoff::python {

std::string word_of(const Field& field, std::size_t number) {
    return std::string(number < field.words.size() ? field.words[number] : "unknown");
}

std::size_t number_of_word(const Field& field, const std::string& word) {
    const auto found = std::find(field.words.begin(), field.words.end(), word);
    if (found != field.words.end()) return static_cast<std::size_t>(found - field.words.begin());
    std::string known;
    for (const auto one : field.words) known.append(known.empty() ? "'" : ", '").append(one) += '\'';
    refuse(Errc::invalid_argument, std::string(field.name) + " = '" + word + "': one of " + known + " is possible");
}

void refuse_type(const Field& field, py::handle value, const std::string& type) {
    throw py::type_error(std::string(field.name) + " = " + words(py::repr(value)) + " is of the type " +
                         words(py::type::of(value).attr("__name__")) + ": " + type + " is needed");
}

std::uint64_t count_from(const Field& field, py::handle value, std::uint64_t most, const std::string& type) {
    const auto number = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
    if (!number) {
        PyErr_Clear();
        refuse_type(field, value, type);
    }
    const std::uint64_t count = PyLong_AsUnsignedLongLong(number.ptr());
    if (PyErr_Occurred() == nullptr && count <= most) return count;
    PyErr_Clear();
    refuse(Errc::invalid_argument,
           std::string(field.name) + " = " + words(number) + ": 0 to " + std::to_string(most) + " are possible");
}

Arguments::Arguments(const char* kind, const py::args& surplus, const py::kwargs& given) : kind_(kind), given_(given) {
    if (!surplus.empty())
        throw py::type_error("handoff." + std::string(kind) + " takes its options by keyword: write the name before " +
                             words(py::repr(surplus[0])) + ", as in payload_bytes=8");
}

py::object Arguments::take_out(const char* name) {
    known_.append(known_.empty() ? "" : ", ").append(name);
    return given_.contains(name) ? py::object(given_.attr("pop")(name)) : py::object();
}

py::object Arguments::other(const char* name, const py::object& otherwise) {
    const py::object value = take_out(name);
    return value ? value : otherwise;
}

void Arguments::check_all_are_known() const {
    for (const auto& [name, value] : given_)
        throw py::type_error("handoff." + std::string(kind_) + " has no option '" + words(name) + "': " + known_ +
                             " are known");
}

Signature::Signature(const std::string& kind) : typed_("self: handoff." + kind + ", name: str") {}

void Signature::keywords_only() {
    typed_ += ", *";
    is_keyword_ = true;
}

void Signature::add(const char* name, const std::string& type, const py::object& otherwise, const char* says) {
    typed_ += std::string(", ") + name + ": " + type + " = " + words(py::repr(otherwise));
    options_ += std::string("\n  ") + name + ": " + says;
    arguments_.append(py::make_tuple(name, is_keyword_, otherwise));
}

std::string Signature::docstring(const std::string& says) const {
    return "__init__(" + typed_ + ") -> None\n\n" + says + "\n" + options_;
}

}  // namespace handoff::python
