using DbVc.Databases;
using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Reads values that a database holds as parts of keys.</summary>
internal static class StoredKeyReader
{
    public static void Add(ref UniqueKey key, FieldType type, IRowCursor rows, int column)
    {
        switch (rows.KindAt(column))
        {
            case ValueKind.Null:
                key.AddNull();
                break;
            case ValueKind.Integer:
                StoredKey.Add(ref key, type, rows.IntegerAt(column));
                break;
            case ValueKind.Real:
                StoredKey.Add(ref key, type, rows.RealAt(column));
                break;
            default:
                StoredKey.Add(ref key, type, rows.BytesAt(column));
                break;
        }
    }
}
