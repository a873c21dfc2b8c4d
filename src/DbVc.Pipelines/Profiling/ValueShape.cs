using System.Globalization;

namespace DbVc.Pipelines;

/// <summary>What a value looks like without what it says: <c>Ada-42@example.com</c> has the shape <c>Aaa-99@aaaaaaa.aaa</c>.</summary>
public static class ValueShape
{
    private const int MaxLength = 60;

    /// <summary>Letters are <c>A</c> or <c>a</c>, digits 9, controls and what cannot be seen a blank; other signs stay. Cut at 60 characters.</summary>
    public static string Of(string value)
    {
        var cut = value.Length <= MaxLength ? value : value[..MaxLength];
        var shape = string.Create(cut.Length, cut, static (into, from) =>
        {
            for (var i = 0; i < into.Length; i++) into[i] = Of(from[i]);
        });
        return value.Length <= MaxLength ? shape : shape + "…";
    }

    private static char Of(char letter) => CharUnicodeInfo.GetUnicodeCategory(letter) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => 'A',
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => '9',
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator => ' ',
        _ => letter < 0x80 && !char.IsAsciiLetter(letter) ? letter : 'a',
    };
}
