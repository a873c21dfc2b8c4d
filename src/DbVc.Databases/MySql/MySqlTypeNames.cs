namespace DbVc.Databases;

/// <summary>Names of the types of result columns, as a table would declare them, without length.</summary>
internal static class MySqlTypeNames
{
    private const uint UnsignedFlag = 32;
    private const uint EnumFlag = 256;
    private const uint SetFlag = 2048;
    private const uint BinaryCharacterSet = 63;

    public static string Of(in MySqlField field)
    {
        var isBinary = field.CharacterSet == BinaryCharacterSet;
        return field.Type switch
        {
            MySqlType.Tiny => Number("tinyint", field),
            MySqlType.Short => Number("smallint", field),
            MySqlType.Int24 => Number("mediumint", field),
            MySqlType.Long => Number("int", field),
            MySqlType.LongLong => Number("bigint", field),
            MySqlType.Float => Number("float", field),
            MySqlType.Double => Number("double", field),
            MySqlType.Decimal or MySqlType.NewDecimal => Number("decimal", field),
            MySqlType.Null => "",
            MySqlType.Timestamp => "timestamp",
            MySqlType.Date => "date",
            MySqlType.Time => "time",
            MySqlType.DateTime => "datetime",
            MySqlType.Year => "year",
            MySqlType.Bit => "bit",
            MySqlType.Json => "json",
            MySqlType.Geometry => "geometry",
            _ when (field.Flags & EnumFlag) != 0 => "enum",
            _ when (field.Flags & SetFlag) != 0 => "set",
            MySqlType.String => isBinary ? "binary" : "char",
            MySqlType.VarString or MySqlType.VarChar => isBinary ? "varbinary" : "varchar",
            _ => isBinary ? "blob" : "text",
        };
    }

    private static string Number(string name, in MySqlField field) => (field.Flags & UnsignedFlag) == 0 ? name : name + " unsigned";
}
