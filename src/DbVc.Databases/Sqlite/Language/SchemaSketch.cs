using DbVc.Model;

namespace DbVc.Databases;

/// <summary>An empty database in memory with a schema, to ask SQLite itself what a definition means.</summary>
internal sealed class SchemaSketch : IDisposable
{
    private const string Probe = "_dbvc_probe";

    private readonly SqliteHandle _handle = SqliteHandle.OpenMemory();
    private readonly List<SchemaFault> _faults = [];

    private SchemaSketch() => SqliteWriting.AcceptOldDdl(_handle);

    /// <summary>What was not accepted, and what refers to something that is not there; neither is in the database.</summary>
    public IReadOnlyList<SchemaFault> Faults => _faults;

    public static SchemaSketch Create(DatabaseSchema schema)
    {
        var sketch = new SchemaSketch();
        try
        {
            foreach (var table in schema.Tables) sketch.TryExecute(table.Sql, null, table.Name);
            foreach (var item in schema.Objects.OrderBy(o => o.Kind)) sketch.TryExecute(item.Sql, item.Kind, item.Name);
            sketch.RemoveBroken(schema.Objects);
            return sketch;
        }
        catch
        {
            sketch.Dispose();
            throw;
        }
    }

    public DatabaseSchema Read() => SqliteSchemaReader.Read(_handle);

    /// <summary>Renames with all texts that name it; false where SQLite refuses: the name is taken, or a view would become ambiguous.</summary>
    public bool Rename(string table, string? column, string to)
    {
        var change = column is null ? "RENAME" : $"RENAME COLUMN {SqliteName.Quote(column)}";
        try
        {
            _handle.Execute($"ALTER TABLE main.{SqliteName.Quote(table)} {change} TO {SqliteName.Quote(to)}");
            return true;
        }
        catch (DbVcException failure) when (failure.Code == "database.failed")
        {
            return false;
        }
    }

    public void Dispose() => _handle.Dispose();

    private static bool IsNamed(SchemaObject item, string message) =>
        message.Contains($"error in {SqliteObjects.TypeOf(item.Kind)} {item.Name}", StringComparison.OrdinalIgnoreCase);

    private void TryExecute(string sql, SchemaObjectKind? kind, string name)
    {
        try
        {
            _handle.Execute(sql);
        }
        catch (DbVcException failure) when (failure.Code is "database.failed" or "constraint.violated")
        {
            _faults.Add(new SchemaFault(kind, name, failure.Message));
        }
    }

    /// <summary>A view or trigger is looked at only when it is used. A rename makes SQLite look at all, and it names the first that is broken.</summary>
    private void RemoveBroken(IReadOnlyList<SchemaObject> objects)
    {
        SqliteWriting.BeStrict(_handle);
        if (!objects.Any(o => o.Kind != SchemaObjectKind.Index)) return;
        _handle.Execute($"CREATE TABLE {Probe}0 (x)");
        for (var i = 0; i <= objects.Count; i++)
        {
            try
            {
                _handle.Execute($"ALTER TABLE {Probe}0 RENAME TO {Probe}1");
                break;
            }
            catch (DbVcException failure) when (failure.Code == "database.failed")
            {
                var broken = objects.Where(o => IsNamed(o, failure.Message)).MaxBy(o => o.Name.Length);
                if (broken is null) break;
                _handle.Execute($"DROP {SqliteObjects.TypeOf(broken.Kind)} IF EXISTS main.{SqliteName.Quote(broken.Name)}");
                _faults.Add(new SchemaFault(broken.Kind, broken.Name, failure.Message));
            }
        }

        _handle.Execute($"DROP TABLE IF EXISTS {Probe}0");
        _handle.Execute($"DROP TABLE IF EXISTS {Probe}1");
    }
}
