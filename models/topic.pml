/* A topic: publishers, pinning subscribers, a copying reader; history 2. The protocol is in broadcast.inc.

   Indices: 0 a publisher, 1 another publisher, 2 a pinning subscriber, 3 another. A copying reader has none.
   CONFIG:
     1  a publisher dies and is recovered by a mortal; another publishes; a subscriber pins
     2  the same; the recoverer lives, and the dead one's index is used again
     3  a pinning subscriber dies, is recovered by a mortal; two publish
     4  nobody dies; a subscriber pins
     5  a copying reader and two publishers
     6  as many slots as built; nobody dies: a loan always finds one
   Asserted: what a subscriber has pinned is whole, the message of that sequence, and does not change; what a copy was
   validated to be, it is; sequences have no holes and are given once; what a position passes over was evicted; in the
   end nothing is on loan or pinned, the last messages are there, and the subscriber gets the newest. */

#ifndef CONFIG
#define CONFIG 1
#endif
#define HISTORY 2
#if CONFIG == 6
#define SLOTS 6 /* history + 2 loans + 1 pin + 1 */
#define ALWAYS_FINDS
#else
#define SLOTS 3
#endif
#include "broadcast.inc"

proctype MortalSubscriber(byte me, times) {
    LOCALS; byte p = FIRST, k = 0;
    {
        do
        :: atomic { k < times -> k++ }; take_pinned(me, p)
        :: atomic { k == times -> k = 0; p = 0; break }
        od;
        atomic { finished[me] = 1; busy-- }
    } unless { dead[me] -> atomic { FORGET; p = 0; k = 0 } }
}
proctype Subscriber(byte me, times) {
    LOCALS; byte p = FIRST, k = 0;
    do
    :: atomic { k < times -> k++ }; take_pinned(me, p)
    :: atomic { k == times -> k = 0; break }
    od;
    /* When everybody is done, all that is kept is to be had. */
    atomic { busy == 1 -> audit() };
    do
    :: atomic { p < next -> k = p }; take_pinned(me, p); atomic { assert(p > k); k = 0 }
    :: atomic { p == next -> break }
    od;
    atomic { p = 0; busy-- }
}
proctype Copier(byte times) {
    LOCALS; byte p = FIRST, k = 0;
    do
    :: atomic { k < times -> k++ }; copy(p); atomic { if :: ok -> p++ :: else fi; ok = 0 }
    :: atomic { k == times -> k = 0; p = 0; busy--; break }
    od
}
init {
    byte s, n;
    atomic {
        place();
#if CONFIG == 1
        busy = 3; run Mortal(0, 1, 1); run Living(1, 2, 2, 0); run Subscriber(3, 1); run Recoverer(0); run Killer(0)
#elif CONFIG == 2
        recoverer_lives = 1;
        busy = 4; run Mortal(0, 1, 1); run Living(0, 2, 1, 1); run Living(1, 3, 1, 0); run Subscriber(3, 1);
        run Recoverer(0); run Killer(0)
#elif CONFIG == 3
        busy = 4; run Living(0, 1, 1, 0); run Living(1, 2, 2, 0); run MortalSubscriber(2, 1); run Subscriber(3, 0);
        run Recoverer(2); run Killer(2)
#elif CONFIG == 4
        busy = 3; run Living(0, 1, 1, 0); run Living(1, 2, 4, 0); run Subscriber(3, 1)
#elif CONFIG == 5
        busy = 4; run Living(0, 1, 2, 0); run Living(1, 3, 2, 0); run Copier(2); run Subscriber(3, 0)
#else
        busy = 3; run Living(0, 1, 2, 0); run Living(1, 3, 2, 0); run Subscriber(3, 1)
#endif
    }
}
