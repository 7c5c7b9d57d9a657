-- What agents remember: projects have sessions, sessions have messages, messages have words.

CREATE TABLE memory_projects (
    id {{id}},
    path TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

-- The sums are kept with every change, so that no answer has to read all messages.
CREATE TABLE memory_sessions (
    id {{id}},
    project BIGINT NOT NULL REFERENCES memory_projects (id),
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    written_at BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    tokens BIGINT NOT NULL,
    pinned_messages BIGINT NOT NULL,
    pinned_tokens BIGINT NOT NULL,
    UNIQUE (project, name)
);

CREATE TABLE memory_messages (
    id {{id}},
    project BIGINT NOT NULL REFERENCES memory_projects (id),
    session BIGINT NOT NULL REFERENCES memory_sessions (id),
    role TEXT NOT NULL,
    content TEXT NOT NULL,
    tokens BIGINT NOT NULL,
    pinned BIGINT NOT NULL,
    written_at BIGINT NOT NULL
);

CREATE INDEX memory_messages_session ON memory_messages (session, pinned, id);
CREATE INDEX memory_messages_project ON memory_messages (project, pinned, id);

-- `impact` is what one word of a message adds to its rank, in thousandths.
CREATE TABLE memory_words (
    project BIGINT NOT NULL,
    word TEXT {{bytewise}} NOT NULL,
    message BIGINT NOT NULL REFERENCES memory_messages (id),
    impact BIGINT NOT NULL,
    PRIMARY KEY (project, word, message)
) {{clustered}};

CREATE INDEX memory_words_message ON memory_words (message);

CREATE TABLE memory_vectors (
    message BIGINT NOT NULL PRIMARY KEY REFERENCES memory_messages (id),
    model TEXT NOT NULL,
    dimension BIGINT NOT NULL,
    vector {{bytes}} NOT NULL
);
