using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Reads tables and objects from the catalogue.</summary>
internal static class PostgresSchemaReader
{
    public static DatabaseSchema Read(PostgresConnection connection) => DatabaseSchema.Empty;
}
