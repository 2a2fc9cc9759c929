// Qt's macro takes the name of the field away.
// EXPECT: expected identifier|expected primary-expression|expected unqualified-id
#define slots

struct Options {
    int slots = 8;
};
