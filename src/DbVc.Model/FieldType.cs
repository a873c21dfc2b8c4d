namespace DbVc.Model;

/// <summary>What the values of a field are, whatever engine holds them.</summary>
public enum FieldType
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>64 bits with a sign.</summary>
    Integer,

    /// <summary>A double.</summary>
    Real,

    /// <summary>Exact, of up to 28 digits.</summary>
    Decimal,
    Boolean,
    Date,

    /// <summary>Date and time without zone, down to seven digits of a second.</summary>
    Timestamp,
}
