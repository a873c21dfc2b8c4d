using System.Globalization;
using System.Text;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Cells as people read them.</summary>
internal static class RowText
{
    public static string Show(IRowView row, int column) => row.KindAt(column) switch
    {
        null => "NULL",
        CellKind.Integer => row.Integer(column).ToString(CultureInfo.InvariantCulture),
        CellKind.Real => row.Real(column).ToString("R", CultureInfo.InvariantCulture),
        _ => Encoding.UTF8.GetString(row.Bytes(column)),
    };
}
