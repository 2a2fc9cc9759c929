/* The slot protocol and the ring of a channel, as in src/queue/slot_protocol.cpp and src/queue/ring.cpp.

   Modelled: loan, return_loan, commit, link (with rotation), take (with the jump of the head, and with what it remembers
   of an unused position), was_ready, answer, give_back, withdraw, abandon, release, recover; each process's own copies of
   head and tail, behind shared ones that may lag (LAZY_HINTS: for ever); the awaited bit; ids of senders, an index that
   is used again; in_place and max_deliveries (a parameter each).
   One step is one access to a shared word, with the local computation behind it. Memory is sequentially consistent, as
   SharedWord promises (test/weak looks at weaker memory).
   Merged into one step: payload, size, `sender` and `sequence` (written while loaned, constant from ready until free),
   which a step that reads the slot's word reads with it. A word read before `sender` changed fails its exchange.
   A change by the only process that may make it is a store; asserted: no other process made one.
   Left out: notifications (condition.pml), the departure count, leaving (the same recovery, run by the living); counts
   that wrap (docs/design/slot-protocol.md, limits); threads of one process, which share its copies.
   Death: at any step of a mortal (Killer); its recoverer starts when it is dead, may die once itself, and starts over.
   One recoverer for each dead: the life byte.

   Participants (CONFIG):  index 0 a sender, index 1 another sender, index 2 a receiver, index 3 a receiver that lives
   and drains.
     1  the sender dies, is recovered by a mortal, and its index is used again
     2  the receiver dies with what a living sender waits for, withdraws or abandons
     3  a sender that waits and a receiver die; each has its recoverer, which lives
     4  nobody dies; requests are withdrawn, the ring wraps, a queued request is rotated
     5  a sender dies in its second request, which uses the slot of the first again
     6  as 4, but nobody receives until all is quiet; then was_ready says what take finds
   Asserted: a message is in one receiver's hands at a time; it is delivered exactly as often as its word says; whole;
   never after it was withdrawn; ends exactly once if committed, never otherwise; an answer goes to the one who asked;
   nothing awaits an index that is used again; take says "empty" only if at some moment nothing was queued; positions are
   used in order, and no hint leads; "damaged" and "ownership lost" never occur; in the end every slot is free. A wait that nobody ends is an invalid end state. */

#ifndef CONFIG
#define CONFIG 1
#endif
#if CONFIG == 2 || CONFIG == 3 || CONFIG == 5
#define SLOTS 1 /* there is one message at a time */
#endif
#if CONFIG == 2 || CONFIG == 3
#define CELLS 2
#endif
#ifndef LAZY_HINTS
#define LAZY_HINTS 1
#endif
#include "slot_protocol.inc"

/* ---- who takes part -----------------------------------------------------------------------------------------------*/
proctype MortalSender(byte number, times) {
    LOCALS; byte n = 0;
    {
        do
        :: atomic { n < times -> n++ }; send_one(0, 1, number + n - 1); atomic { FORGET }
        :: atomic { n == times -> break }
        od;
        atomic { finished[0] = 1; busy--; n = 0 }
    } unless { dead[0] -> atomic { FORGET_ALL; n = 0 } }
}
/* The next one that gets index 0: after the first has left or was recovered. */
proctype NextSender(byte number) {
    LOCALS;
#if MUTANT == reuse_before_recovery
    atomic { finished[0] || dead[0] -> skip };
#else
    atomic { finished[0] || recovered[0] ->
        do
        :: s < SLOTS -> assert(!((UNDER_WAY(word[s]) && AWAITED(word[s])) && INDEX(sender[s]) == 0));
                        assert(!(IS_ANSWERED(word[s]) && OWNER(word[s]) == 0));
                        assert(!(STATE(word[s]) == LOANED && OWNER(word[s]) == 0)); s++
        :: else -> s = 0; break
        od };
#endif
    send_one(0, 2, number);
    atomic { busy--; FORGET_ALL }
}
proctype LivingSender(byte number, times) {
    LOCALS; byte n = 0;
    do
    :: atomic { n < times -> n++ }; send_one(1, 3, number + n - 1); atomic { FORGET }
    :: atomic { n == times -> n = 0; break }
    od;
    busy--
}
/* The sender of a message that is queued from the start. */
proctype Waiting(byte slot, number) {
    LOCALS;
    atomic { x = slot };
    if :: await(3, number) :: withdraw(3, number) :: abandon(3, number) fi;
    atomic { busy--; FORGET_ALL }
}
proctype MortalReceiver(byte times) {
    LOCALS; byte n = 0;
    {
        do
        :: atomic { n < times -> n++ }; take(2);
           if :: x == NONE :: x != NONE -> if :: answer(2) :: give_back(2) fi fi
        :: atomic { n == times -> break }
        od;
        atomic { finished[2] = 1; busy--; n = 0; FORGET_ALL }
    } unless { dead[2] -> atomic { FORGET_ALL; n = 0 } }
}
proctype Recoverer(byte gone) {
    LOCALS;
    atomic { finished[gone] || dead[gone] };
    {
        if :: dead[gone] -> recover(gone) :: else fi;
        atomic { if :: dead[gone] -> recovered[gone] = 1; busy-- :: else fi; FORGET_ALL }
    } unless { (recoverer_died && !recovered[gone] && !finished[gone]) -> /* the next one starts over */
        atomic { FORGET_ALL; recoverer_died = 0 }; recover(gone); atomic { recovered[gone] = 1; busy--; FORGET_ALL } }
}
/* Takes and answers until everybody is done; then looks at what is left. */
proctype Drain() {
    LOCALS;
#if CONFIG == 6
    atomic { busy == 0 };
#endif
    do
    ::
#if CONFIG == 6
       was_ready(); atomic { assert(ok == SOMETHING_QUEUED); ok = 0 };
#endif
       take(3);
       if
       :: x != NONE -> answer(3)
       :: atomic { x == NONE && SOMETHING_QUEUED -> x = 0 } /* a notification */
       :: atomic { x == NONE && !SOMETHING_QUEUED && busy == 0 -> x = 0; break }
       fi
    od;
    atomic {
        do
        :: s < SLOTS -> assert(STATE(word[s]) == FREE); s++
        :: else -> s = 0; break
        od;
        x = 1;
        do
        :: x < MESSAGES -> assert(ended[x] + withdrawn[x] == committed[x] && !in_hands[x] && (committed[x] || !delivered[x])); x++
        :: else -> x = 0; break
        od;
        FORGET_ALL
    }
}
proctype Killer() {
end:
    do
#if CONFIG == 1 || CONFIG == 3 || CONFIG == 5
    :: atomic { !dead[0] && !finished[0] -> dead[0] = 1 }
#endif
#if CONFIG == 2 || CONFIG == 3
    :: atomic { !dead[2] && !finished[2] -> dead[2] = 1 }
#endif
#if (CONFIG == 1 || CONFIG == 2) && !defined(RECOVERER_LIVES)
    :: atomic { !recoverer_died && (dead[0] || dead[2]) && !recovered[0] && !recovered[2] -> recoverer_died = 1; break }
#endif
    :: atomic { (finished[0] || recovered[0] || CONFIG == 2) && (finished[2] || recovered[2] || CONFIG == 1 || CONFIG == 5) -> break }
    od
}
/* A message of the living sender that is queued from the start. */
inline queued(slot, number, position, awaited) {
    word[slot] = WORD(0, 1, 0, awaited, READY); payload[slot] = number; sender[slot] = 3; sequence[slot] = number;
    committed[number] = 1; cell[position % CELLS] = FULL(position / CELLS, slot, 0); used = position + 1
}
init {
    atomic {
#if CONFIG == 1
        busy = 2; run MortalSender(1, 1); run NextSender(2); run Recoverer(0); run Killer();
#elif CONFIG == 2
        busy = 2; queued(0, 1, 0, 1);
        run Waiting(0, 1); run MortalReceiver(1); run Recoverer(2); run Killer();
#elif CONFIG == 3
        busy = 2; run MortalSender(1, 1); run MortalReceiver(1); run Recoverer(0); run Recoverer(2); run Killer();
#elif CONFIG == 5
        busy = 1; run MortalSender(1, 2); run Recoverer(0); run Killer();
#else
        /* message 1 is queued at position 0 and waits; the cells behind it are stale */
        busy = 1; queued(0, 1, 0, 0); used = CELLS - 1;
        cell[1] = FULL(0, 1, 0); cell[2] = FULL(0, 1, 1); word[1] = WORD(2, 0, 0, 0, FREE);
        run LivingSender(2, 3);
#endif
        run Drain()
    }
}
