using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using DbVc.Model;
using Microsoft.Data.Sqlite;

namespace DbVc.Orchestration;

/// <summary>
/// The lessons in <c>memory.db</c>, found by their words (SQLite's FTS5, ranked by BM25). All of it is made from history and transcripts, so it can be deleted
/// at any time; what was forgotten is kept elsewhere.
/// </summary>
internal sealed partial class MemoryShelf : IDisposable
{
    private const int MostWords = 40;

    private readonly SqliteConnection _connection;

    public MemoryShelf(string path)
    {
        try
        {
            _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 30 }.ToString());
            _connection.Open();
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            Run("""
                CREATE TABLE IF NOT EXISTS tasks (task TEXT PRIMARY KEY) WITHOUT ROWID;
                CREATE VIRTUAL TABLE IF NOT EXISTS lessons USING fts5 (
                  about, body UNINDEXED, id UNINDEXED, kind UNINDEXED, fingerprint UNINDEXED, learned UNINDEXED, tokenize = 'unicode61');
                """);
        }
        catch (SqliteException failure)
        {
            _connection?.Dispose();
            throw new DbVcException(FailureKind.Failed, "memory.unreadable", "What was learned from earlier tasks cannot be read.", path,
                "It is made from history: delete the file, and it is made again.", failure);
        }
    }

    public void Dispose() => _connection.Dispose();

    /// <summary>Whether a task was learned from.</summary>
    public bool Knows(string task) => Read("SELECT 1 FROM tasks WHERE task = $task", _ => true, ("$task", task)).Any();

    /// <summary>Adds the lessons of a task, all or none.</summary>
    public void Add(string task, IReadOnlyList<Lesson> lessons)
    {
        using var transaction = _connection.BeginTransaction();
        // Another process may have been faster.
        if (Run("INSERT OR IGNORE INTO tasks VALUES ($task)", ("$task", task)) == 1) foreach (var lesson in lessons) Insert(lesson);
        transaction.Commit();
    }

    /// <summary>All lessons, newest first.</summary>
    public IReadOnlyList<Lesson> List() => [.. Read("SELECT body FROM lessons ORDER BY learned DESC, id", Parse)];

    /// <summary>The newest pipeline that began as exactly these generated files.</summary>
    public Lesson? FindPipeline(string fingerprint) =>
        Read("SELECT body FROM lessons WHERE fingerprint = $fingerprint ORDER BY learned DESC LIMIT 1", Parse, ("$fingerprint", fingerprint)).FirstOrDefault();

    /// <summary>Lessons of a kind whose words are like these, the nearest first.</summary>
    public IReadOnlyList<Lesson> Find(LessonKind kind, string words, int most)
    {
        var found = Word().Matches(words).Select(m => m.Value).Distinct(StringComparer.OrdinalIgnoreCase).Take(MostWords);
        var query = string.Join(" OR ", found.Select(w => $"\"{w}\""));
        if (query.Length == 0) return [];
        return [.. Read("SELECT body FROM lessons WHERE lessons MATCH $query AND kind = $kind ORDER BY bm25(lessons), learned DESC LIMIT $most", Parse,
            ("$query", query), ("$kind", kind.ToString()), ("$most", most))];
    }

    /// <summary>Removes a lesson; false where there is none of that id.</summary>
    public bool Remove(string id) => Run("DELETE FROM lessons WHERE id = $id", ("$id", id)) > 0;

    private void Insert(Lesson lesson) => Run(
        "INSERT INTO lessons (about, body, id, kind, fingerprint, learned) VALUES ($about, $body, $id, $kind, $fingerprint, $learned)",
        ("$about", lesson.About), ("$body", JsonSerializer.Serialize(lesson, LessonJson.Default.Lesson)), ("$id", lesson.Id), ("$kind", lesson.Kind.ToString()),
        ("$fingerprint", lesson.Fingerprint), ("$learned", lesson.Learned.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)));

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
