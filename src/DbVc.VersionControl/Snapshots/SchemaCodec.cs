using System.Buffers;
using System.Text.Json;
using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>
/// JSON of schemas, written and read by hand: every command needs it, and making a serializer ready costs a tenth of a short command.
/// Order and names of properties are part of the on-disk format, and so is that false, 0, null and the first kind of object are left out.
/// </summary>
internal static class SchemaCodec
{
    // In the order of ConstraintKind.
    private static readonly string[] KindNames = ["PrimaryKey", "Unique", "Check", "ForeignKey"];

    // In the order of SchemaObjectKind.
    private static readonly string[] ObjectKindNames =
        ["Index", "View", "Trigger", "Schema", "Type", "Sequence", "Function", "MaterializedView", "Event"];

    public static byte[] Encode(TableSchema table)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        json.WriteString("id", table.Id);
        json.WriteString("name", table.Name);
        json.WriteStartArray("columns");
        foreach (var column in table.Columns) Write(json, column);
        json.WriteEndArray();
        WriteNames(json, "primaryKey", table.PrimaryKey);
        json.WriteStartArray("foreignKeys");
        foreach (var key in table.ForeignKeys) Write(json, key);
        json.WriteEndArray();
        json.WriteStartArray("uniques");
        foreach (var unique in table.Uniques) WriteNames(json, null, unique);
        json.WriteEndArray();
        if (table.Constraints is not null)
        {
            json.WriteStartArray("constraints");
            foreach (var constraint in table.Constraints) Write(json, constraint);
            json.WriteEndArray();
        }

        WriteNames(json, "options", table.Options);
        json.WriteString("sql", table.Sql);
        if (table.AllocatesKeys) json.WriteBoolean("allocatesKeys", true);
        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    public static TableSchema DecodeTable(ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        var table = document.RootElement;
        return new TableSchema
        {
            Id = Text(table, "id"),
            Name = Text(table, "name"),
            Columns = ReadList(table.GetProperty("columns"), ReadColumn),
            PrimaryKey = ReadNames(table.GetProperty("primaryKey")),
            ForeignKeys = ReadList(table.GetProperty("foreignKeys"), ReadForeignKey),
            Uniques = ReadList(table.GetProperty("uniques"), ReadNames),
            Constraints = table.TryGetProperty("constraints", out var constraints) ? ReadList(constraints, ReadConstraint) : null,
            Options = ReadNames(table.GetProperty("options")),
            Sql = Text(table, "sql"),
            AllocatesKeys = IsTrue(table, "allocatesKeys"),
        };
    }

    public static byte[] Encode(SchemaObject value)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        if (value.Kind != SchemaObjectKind.Index) json.WriteString("kind", ObjectKindNames[(int)value.Kind]);
        json.WriteString("name", value.Name);
        if (value.Table is not null) json.WriteString("table", value.Table);
        json.WriteString("sql", value.Sql);
        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    public static SchemaObject DecodeObject(ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        var value = document.RootElement;
        var name = OptionalText(value, "kind") ?? ObjectKindNames[0];
        var kind = Array.IndexOf(ObjectKindNames, name);
        if (kind < 0) throw new JsonException($"There is no object of kind '{name}'.");
        return new SchemaObject((SchemaObjectKind)kind, Text(value, "name"), OptionalText(value, "table"), Text(value, "sql"));
    }

    private static void Write(Utf8JsonWriter json, Column column)
    {
        json.WriteStartObject();
        if (column.Id != 0) json.WriteNumber("id", column.Id);
        json.WriteString("name", column.Name);
        json.WriteString("declaredType", column.DeclaredType);
        if (column.Nullable) json.WriteBoolean("nullable", true);
        if (column.DefaultSql is not null) json.WriteString("defaultSql", column.DefaultSql);
        if (column.Collation is not null) json.WriteString("collation", column.Collation);
        if (column.Generated) json.WriteBoolean("generated", true);
        if (column.GeneratedSql is not null) json.WriteString("generatedSql", column.GeneratedSql);
        if (column.Origin is not null) json.WriteString("origin", column.Origin);
        json.WriteEndObject();
    }

    private static Column ReadColumn(JsonElement column) => new()
    {
        Id = column.TryGetProperty("id", out var id) ? id.GetInt32() : 0,
        Name = Text(column, "name"),
        DeclaredType = Text(column, "declaredType"),
        Nullable = IsTrue(column, "nullable"),
        DefaultSql = OptionalText(column, "defaultSql"),
        Collation = OptionalText(column, "collation"),
        Generated = IsTrue(column, "generated"),
        GeneratedSql = OptionalText(column, "generatedSql"),
        Origin = OptionalText(column, "origin"),
    };

    private static void Write(Utf8JsonWriter json, TableConstraint constraint)
    {
        json.WriteStartObject();
        if (constraint.Kind != ConstraintKind.PrimaryKey) json.WriteString("kind", KindNames[(int)constraint.Kind]);
        if (constraint.Name is not null) json.WriteString("name", constraint.Name);
        WriteNames(json, "columns", constraint.Columns);
        if (constraint.Column is not null) json.WriteString("column", constraint.Column);
        json.WriteString("sql", constraint.Sql);
        json.WriteEndObject();
    }

    private static TableConstraint ReadConstraint(JsonElement constraint)
    {
        var kind = Array.IndexOf(KindNames, OptionalText(constraint, "kind") ?? KindNames[0]);
        return new TableConstraint
        {
            Kind = kind >= 0 ? (ConstraintKind)kind : throw new JsonException("There is a constraint of an unknown kind."),
            Name = OptionalText(constraint, "name"),
            Columns = ReadNames(constraint.GetProperty("columns")),
            Column = OptionalText(constraint, "column"),
            Sql = Text(constraint, "sql"),
        };
    }

    private static void Write(Utf8JsonWriter json, ForeignKey key)
    {
        json.WriteStartObject();
        WriteNames(json, "columns", key.Columns);
        json.WriteString("referencedTable", key.ReferencedTable);
        WriteNames(json, "referencedColumns", key.ReferencedColumns);
        json.WriteString("onDelete", key.OnDelete);
        json.WriteString("onUpdate", key.OnUpdate);
        json.WriteEndObject();
    }

    private static ForeignKey ReadForeignKey(JsonElement key) => new()
    {
        Columns = ReadNames(key.GetProperty("columns")),
        ReferencedTable = Text(key, "referencedTable"),
        ReferencedColumns = ReadNames(key.GetProperty("referencedColumns")),
        OnDelete = Text(key, "onDelete"),
        OnUpdate = Text(key, "onUpdate"),
    };

    private static void WriteNames(Utf8JsonWriter json, string? property, IReadOnlyList<string> names)
    {
        if (property is null) json.WriteStartArray();
        else json.WriteStartArray(property);
        foreach (var name in names) json.WriteStringValue(name);
        json.WriteEndArray();
    }

    private static IReadOnlyList<string> ReadNames(JsonElement names) => ReadList(names, name => name.GetString()!);

    private static IReadOnlyList<T> ReadList<T>(JsonElement array, Func<JsonElement, T> read)
        where T : class
    {
        var list = new T[array.GetArrayLength()];
        for (var i = 0; i < list.Length; i++) list[i] = read(array[i]);
        return list;
    }

    private static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString()!;

    private static string? OptionalText(JsonElement parent, string name) => parent.TryGetProperty(name, out var text) ? text.GetString() : null;

    private static bool IsTrue(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) && value.GetBoolean();
}
