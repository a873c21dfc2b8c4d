using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Indexes, views and triggers as the catalogue holds them.</summary>
internal static class SqliteObjects
{
    /// <summary>All of them, db-vc's own included; indexes that belong to a constraint have no statement and are left out.</summary>
    public static List<SchemaObject> Read(SqliteHandle handle)
    {
        var objects = new List<SchemaObject>();
        using var list = handle.Prepare(
            "SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE type IN ('index', 'view', 'trigger') AND sql IS NOT NULL");
        while (list.Step())
        {
            var kind = KindOf(list.TextAt(0));
            objects.Add(new SchemaObject(kind, list.TextAt(1), kind == SchemaObjectKind.View ? null : list.TextAt(2), list.TextAt(3)));
        }

        return objects;
    }

    /// <summary>The statement that made a table or object; null if there is none of that kind and name.</summary>
    public static string? FindSql(SqliteHandle handle, string type, string name)
    {
        using var find = handle.Prepare("SELECT sql FROM main.sqlite_schema WHERE type = ?1 AND name = ?2 COLLATE NOCASE");
        find.BindText(0, type);
        find.BindText(1, name);
        return find.Step() ? find.NullableTextAt(0) : null;
    }

    public static string TypeOf(SchemaObjectKind kind) => kind switch
    {
        SchemaObjectKind.Index => "index",
        SchemaObjectKind.View => "view",
        _ => "trigger",
    };

    private static SchemaObjectKind KindOf(string type) => type switch
    {
        "index" => SchemaObjectKind.Index,
        "view" => SchemaObjectKind.View,
        _ => SchemaObjectKind.Trigger,
    };
}
