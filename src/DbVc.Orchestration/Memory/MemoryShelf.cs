using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using DbVc.Model;
using Microsoft.Data.Sqlite;

namespace DbVc.Orchestration;

/// <summary>
/// The lessons in <c>memory.db</c>, found by their words (SQLite's FTS5, ranked by BM25). All of it is made from history, transcripts and rejections, so it
/// can be deleted at any time, and is made anew by a version that keeps it otherwise; what was forgotten is kept elsewhere.
/// </summary>
internal sealed partial class MemoryShelf : IDisposable
{
    private const int MostWords = 40;
    private const long Version = 2;
    private const string Head = "head";

    private readonly SqliteConnection _connection;

    public MemoryShelf(string path)
    {
        try
        {
            _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 30 }.ToString());
            _connection.Open();
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            if (ReadVersion() != Version) Make();
        }
        catch (SqliteException failure)
        {
            _connection?.Dispose();
            throw new DbVcException(FailureKind.Failed, "memory.unreadable", "What was learned from earlier tasks cannot be read.", path,
                "It is made from history: delete the file, and it is made again.", failure);
        }
    }

    public void Dispose() => _connection.Dispose();

    /// <summary>Main's head when all merged tasks were learned from last; null before.</summary>
    public string? ReadHead() => Read("SELECT value FROM marks WHERE name = $name", row => row.GetString(0), ("$name", Head)).FirstOrDefault();

    public void WriteHead(string head) => Run("INSERT OR REPLACE INTO marks VALUES ($name, $value)", ("$name", Head), ("$value", head));

    /// <summary>The tasks that were learned from.</summary>
    public IReadOnlySet<string> ReadTasks() => Read("SELECT task FROM tasks", row => row.GetString(0)).ToHashSet(StringComparer.Ordinal);

    /// <summary>The ids of all lessons of a kind.</summary>
    public IReadOnlySet<string> ReadIds(LessonKind kind) =>
        Read("SELECT id FROM lessons WHERE kind = $kind", row => row.GetString(0), ("$kind", kind.ToString())).ToHashSet(StringComparer.Ordinal);

    /// <summary>Adds the lessons of a task, all or none.</summary>
    public void Add(string task, IReadOnlyList<Lesson> lessons)
    {
        using var transaction = _connection.BeginTransaction();
        // Another process may have been faster.
        if (Run("INSERT OR IGNORE INTO tasks VALUES ($task)", ("$task", task)) == 1) foreach (var lesson in lessons) Put(lesson);
        transaction.Commit();
    }

    /// <summary>Adds a lesson of no task.</summary>
    public void Add(Lesson lesson)
    {
        using var transaction = _connection.BeginTransaction();
        Put(lesson);
        transaction.Commit();
    }

    /// <summary>All lessons, newest first.</summary>
    public IReadOnlyList<Lesson> List() => [.. Read("SELECT body FROM lessons ORDER BY learned DESC, id", Parse)];

    /// <summary>The newest of a kind.</summary>
    public IReadOnlyList<Lesson> List(LessonKind kind, int most) => [.. Read(
        "SELECT body FROM lessons WHERE kind = $kind ORDER BY learned DESC, id LIMIT $most", Parse, ("$kind", kind.ToString()), ("$most", most))];

    /// <summary>One lesson; null where there is none of that id.</summary>
    public Lesson? Find(string id) => Read("SELECT body FROM lessons WHERE id = $id", Parse, ("$id", id)).FirstOrDefault();

    /// <summary>The newest lesson of a kind with this key: the fingerprint of a pipeline, the supplier of a dialect.</summary>
    public Lesson? FindByKey(LessonKind kind, string key) =>
        Read("SELECT body FROM lessons WHERE key = $key AND kind = $kind ORDER BY learned DESC LIMIT 1", Parse, ("$key", key), ("$kind", kind.ToString()))
            .FirstOrDefault();

    /// <summary>Lessons of a kind whose words are like these, the nearest first.</summary>
    public IReadOnlyList<Lesson> Find(LessonKind kind, string words, int most)
    {
        var found = Word().Matches(words).Select(m => m.Value).Distinct(StringComparer.OrdinalIgnoreCase).Take(MostWords);
        var query = string.Join(" OR ", found.Select(w => $"\"{w}\""));
        if (query.Length == 0) return [];
        return [.. Read("""
            SELECT body FROM words JOIN lessons ON lessons.number = words.rowid
            WHERE words MATCH $query AND kind = $kind ORDER BY bm25(words), learned DESC, id LIMIT $most
            """, Parse, ("$query", query), ("$kind", kind.ToString()), ("$most", most))];
    }

    /// <summary>Removes a lesson; false where there is none of that id.</summary>
    public bool Remove(string id)
    {
        using var transaction = _connection.BeginTransaction();
        Run("DELETE FROM words WHERE rowid IN (SELECT number FROM lessons WHERE id = $id)", ("$id", id));
        var isThere = Run("DELETE FROM lessons WHERE id = $id", ("$id", id)) > 0;
        transaction.Commit();
        return isThere;
    }

    /// <summary>One that several tasks teach is that of the newest.</summary>
    private void Put(Lesson lesson)
    {
        if (Find(lesson.Id) is { } known)
        {
            if (known.Learned > lesson.Learned) return;
            Run("DELETE FROM words WHERE rowid IN (SELECT number FROM lessons WHERE id = $id)", ("$id", lesson.Id));
            Run("DELETE FROM lessons WHERE id = $id", ("$id", lesson.Id));
        }

        Run("INSERT INTO lessons (body, id, kind, key, learned) VALUES ($body, $id, $kind, $key, $learned)",
            ("$body", JsonSerializer.Serialize(lesson, LessonJson.Default.Lesson)), ("$id", lesson.Id), ("$kind", lesson.Kind.ToString()),
            ("$key", lesson.Fingerprint ?? lesson.Dialect?.Supplier), ("$learned", lesson.Learned.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)));
        Run("INSERT INTO words (rowid, about) VALUES (last_insert_rowid(), $about)", ("$about", lesson.About));
    }

    private long ReadVersion() => Read("PRAGMA user_version", row => row.GetInt64(0))[0];

    private void Make()
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        // Another process may have been faster.
        if (ReadVersion() != Version)
        {
            Run($"""
                DROP TABLE IF EXISTS tasks;
                DROP TABLE IF EXISTS lessons;
                DROP TABLE IF EXISTS words;
                DROP TABLE IF EXISTS marks;
                CREATE TABLE tasks (task TEXT PRIMARY KEY) WITHOUT ROWID;
                CREATE TABLE marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
                CREATE TABLE lessons (
                  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, key TEXT, learned TEXT NOT NULL, body TEXT NOT NULL);
                CREATE INDEX lessons_by_key ON lessons (key);
                CREATE VIRTUAL TABLE words USING fts5 (about, tokenize = 'unicode61');
                PRAGMA user_version = {Version};
                """);
        }

        transaction.Commit();
    }

    private static Lesson Parse(SqliteDataReader row) => JsonSerializer.Deserialize(row.GetString(0), LessonJson.Default.Lesson)!;

    private int Run(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = Command(sql, values);
        return command.ExecuteNonQuery();
    }

    private List<T> Read<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = Command(sql, values);
        using var rows = command.ExecuteReader();
        var found = new List<T>();
        while (rows.Read()) found.Add(read(rows));
        return found;
    }

    private SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    [GeneratedRegex(@"[\p{L}\p{N}_]{2,}")]
    private static partial Regex Word();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Lesson))]
internal sealed partial class LessonJson : JsonSerializerContext;
