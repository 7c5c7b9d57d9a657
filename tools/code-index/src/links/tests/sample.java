package com.example.depot;

import static com.example.Checks.requireOpen;
import static com.example.Units.*;
import com.example.store.Store;
import java.util.*;

@Audited(level = Level.HIGH)
public abstract class Depot<T extends Parcel> extends Base<T> implements Store<T>, Depot.Listener {
    public static final int LIMIT = 64;
    private final List<T> parcels, waiting = new ArrayList<>();
    private Map<String, Parcel> known;
    private static final Logger LOG = Logger.of(Depot.class);

    public Depot(List<T> parcels) throws StoreException {
        super(LIMIT);
        this.parcels = parcels;
    }

    @Override
    public <R extends Box> R put(final T parcel, int... rest) {
        int limit = LIMIT + size;
        var first = parcels.get(0);
        first.weigh(limit).add(this.clock);
        for (Parcel one : waiting) {
            one.open();
        }
        for (var one : parcels) one.open();
        parcels.forEach(it -> it.open());
        parcels.stream().map(Parcel::weigh).map(Slot::new);
        register(new Listener() {
            public void onPut(String id) {
                known.get(id).open();
                weigh(parcel);
            }
        });
        Object held = (Box) parcel;
        if (!(held instanceof Box box)) return null;
        box.shut();
        try (Reader reader = open(); var other = reader.copy()) {
            reader.read(rest.length);
        } catch (StoreException | ClosedException e) {
            LOG.warn(e.getMessage());
        }
        return switch (state) {
            case OPEN -> super.put(parcel);
            case Point(int x, var y) when x > 0 -> y.size();
            case Slot slot -> slot.row;
            default -> throw new org.example.NoStateException(Depot.this.clock);
        };
    }

    protected abstract int weigh(T parcel);

    private static class Slot {
        int row = LIMIT;
        Optional<Parcel> held() { return requireOpen(waiting); }
    }

    enum State implements Named {
        OPEN("open") {
            boolean isFinal() { return false; }
        },
        DONE(State.NAME);

        static final String NAME = "done";

        State(String label) { }

        boolean isFinal() { return this == DONE; }
    }

    interface Listener {
        void onPut(String id);
    }
}

record Point(int x, @NotNull Depot.Slot y) implements Comparable<Point> {
    Point {
        if (x < 0) throw new IllegalArgumentException();
    }

    static Point origin() {
        class Maker {
            Point made = new Point(0, null);
        }
        return new Maker().made;
    }
}

@interface Audited {
    Level level() default Level.LOW;
}
