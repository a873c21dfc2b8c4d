using System.Globalization;
using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>What a row holds in a column that was added without it knowing.</summary>
public static class ColumnDefault
{
    /// <summary>The default as a value, NULL where there is none; null if only the database can tell (an expression).</summary>
    public static Value? Find(Column column)
    {
        var sql = column.DefaultSql?.Trim();
        if (sql is null || sql.Equals("NULL", StringComparison.OrdinalIgnoreCase)) return Value.Null;
        if (long.TryParse(sql, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)) return Value.Integer(integer);
        if (double.TryParse(sql, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)) return Value.Real(real);
        var isText = sql.Length >= 2 && sql[0] == '\'' && sql[^1] == '\'';
        return isText ? Value.Text(sql[1..^1].Replace("''", "'", StringComparison.Ordinal)) : null;
    }
}
