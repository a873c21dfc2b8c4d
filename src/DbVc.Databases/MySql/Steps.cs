using DbVc.Model;

namespace DbVc.Databases;

/// <summary>A change of a definition, and the one that takes it back.</summary>
/// <param name="Subject">Whose definition it is.</param>
/// <param name="Do">The statement.</param>
/// <param name="Undo">The statement that takes it back; empty where nothing does.</param>
internal sealed record MySqlStep(MySqlSubject Subject, string Do, string Undo);

/// <summary>Something with a definition; <paramref name="Kind"/> null is a table.</summary>
internal sealed record MySqlSubject(SchemaObjectKind? Kind, string Name);

/// <summary>
/// Changes of definitions, each of which the server commits by itself. All are written down in the database before the first is made, so that whoever
/// comes after a crash can take them back, or, once the rows are committed, carry them on.
/// </summary>
internal sealed class MySqlSteps(MySqlHandle handle)
{
    public const string Table = "_dbvc_steps";

    private const string CreateSql =
        """
        CREATE TABLE _dbvc_steps (
          id INT PRIMARY KEY, is_after TINYINT NOT NULL, kind INT NOT NULL, name VARCHAR(200) NOT NULL, state TINYINT NOT NULL,
          sql_do LONGTEXT NOT NULL, sql_undo LONGTEXT NOT NULL, text_before LONGTEXT
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
        """;

    /// <summary>The row with this id says whether the rows are committed.</summary>
    private const int RowsId = 0;

    private const int TableKind = -1;

    private enum State
    {
        Planned = 0,
        Begun = 1,
        Done = 2,
    }

    public static bool Exist(MySqlHandle handle) => handle.ReadInteger(
        $"SELECT count(*) FROM information_schema.tables WHERE table_schema = database() AND table_name = '{Table}'") > 0;

    /// <summary>Writes the steps down; none of them is made yet.</summary>
    public void Record(IReadOnlyList<MySqlStep> before, IReadOnlyList<MySqlStep> after)
    {
        handle.Execute(CreateSql);
        handle.Execute("START TRANSACTION");
        using var insert = handle.Prepare("INSERT INTO _dbvc_steps VALUES (?, ?, ?, ?, 0, ?, ?, NULL)");
        Insert(RowsId, 0, new MySqlStep(new MySqlSubject(null, ""), "", ""));
        for (var i = 0; i < before.Count; i++) Insert(i + 1, 0, before[i]);
        for (var i = 0; i < after.Count; i++) Insert(before.Count + i + 1, 1, after[i]);
        handle.Execute("COMMIT");

        void Insert(int id, int isAfter, MySqlStep step)
        {
            insert.BindInteger(0, id);
            insert.BindInteger(1, isAfter);
            insert.BindInteger(2, step.Subject.Kind is { } kind ? (int)kind : TableKind);
            insert.BindText(3, step.Subject.Name);
            insert.BindText(4, step.Do);
            insert.BindText(5, step.Undo);
            insert.Execute();
        }
    }

    /// <summary>Makes the steps that come before the rows.</summary>
    public void Begin()
    {
        foreach (var step in Read().Where(s => !s.IsAfter)) Make(step);
    }

    /// <summary>Part of the transaction that writes the rows.</summary>
    public void MarkRows() => handle.Execute($"UPDATE {Table} SET state = {(int)State.Done} WHERE id = {RowsId}");

    /// <summary>Makes the steps that come after the rows, and forgets all.</summary>
    public void Finish()
    {
        foreach (var step in Read().Where(s => s.IsAfter && s.State != State.Done))
        {
            if (step.State == State.Begun && Definition(step.Subject) != step.TextBefore) continue;
            Make(step);
        }

        handle.Execute($"DROP TABLE {Table}");
    }

    /// <summary>Takes back what was made before the rows, which are not committed, and forgets all.</summary>
    public void Undo()
    {
        foreach (var step in Read().Where(s => !s.IsAfter && s.State != State.Planned).Reverse())
        {
            // Not made yet, or taken back already: definitions change as one, so it is either what it was or what it became.
            if (step.TextBefore is null || Definition(step.Subject) == step.TextBefore) continue;
            MySqlDefinitions.Execute(handle, step.Undo);
        }

        handle.Execute($"DROP TABLE {Table}");
    }

    /// <summary>Finishes or takes back what somebody left who died.</summary>
    public void Recover()
    {
        var areRowsIn = handle.ReadInteger($"SELECT count(*) FROM {Table} WHERE id = {RowsId} AND state = {(int)State.Done}") > 0;
        handle.Execute("SET SESSION foreign_key_checks=0");
        if (areRowsIn) Finish();
        else Undo();
        handle.Execute("SET SESSION foreign_key_checks=1");
    }

    private void Make(Recorded step)
    {
        using (var begun = handle.Prepare($"UPDATE {Table} SET state = {(int)State.Begun}, text_before = ? WHERE id = {step.Id}"))
        {
            begun.BindText(0, Definition(step.Subject));
            begun.Execute();
        }

        MySqlDefinitions.Execute(handle, step.Do);
        handle.Execute($"UPDATE {Table} SET state = {(int)State.Done} WHERE id = {step.Id}");
    }

    private string Definition(MySqlSubject subject) => MySqlDefinitions.Read(handle, subject) ?? "";

    private List<Recorded> Read() =>
    [
        .. MySqlObjects.List(handle,
            $"SELECT id, is_after, kind, name, state, sql_do, sql_undo, coalesce(text_before, '\\0') FROM {Table} WHERE id > 0 ORDER BY id")
            .Select(r => new Recorded(int.Parse(r[0], System.Globalization.CultureInfo.InvariantCulture), r[1] == "1",
                new MySqlSubject(r[2] == "-1" ? null : (SchemaObjectKind)int.Parse(r[2], System.Globalization.CultureInfo.InvariantCulture), r[3]),
                (State)(r[4][0] - '0'), r[5], r[6], r[7] == "\0" ? null : r[7])),
    ];

    private sealed record Recorded(int Id, bool IsAfter, MySqlSubject Subject, State State, string Do, string Undo, string? TextBefore);
}

/// <summary>Reads and changes single definitions.</summary>
internal static class MySqlDefinitions
{
    /// <summary>The present definition; null where there is none.</summary>
    public static string? Read(MySqlHandle handle, MySqlSubject subject) => subject.Kind switch
    {
        null => MySqlSchemaReader.ReadText(handle, subject.Name)?.ToString(),
        SchemaObjectKind.Trigger => MySqlObjects.ReadTriggers(handle, withOwn: true).Find(t => t.Name == subject.Name)?.ToObject().Sql,
        { } kind => MySqlObjects.Find(handle, kind, subject.Name),
    };

    /// <summary>Runs a statement under the mode that it was written in.</summary>
    public static void Execute(MySqlHandle handle, string sql)
    {
        var (mode, statement) = MySqlObjects.SplitMode(sql);
        var isBody = MySqlObjects.HasBody(statement);
        if (isBody) handle.Execute($"SET @dbvc_mode = @@session.sql_mode, SESSION sql_mode = {MySqlName.Text(mode)}");
        try
        {
            handle.Execute(statement);
        }
        finally
        {
            if (isBody) handle.Execute("SET SESSION sql_mode = @dbvc_mode");
        }
    }
}
