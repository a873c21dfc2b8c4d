using System.Security.Cryptography;
using System.Text;
using DbVc.PipelineRuntime;
using Xunit;

namespace DbVc.Tests;

public sealed class UnicodeFormTests
{
    private static readonly int[] s_letters = [0x41, 0x65, 0x6F, 0xC5, 0x1EA5, 0x3B1, 0x1F00, 0x915, 0x9C7, 0x1100, 0xAC00, 0x1112, 0x226B, 0xFB01];
    private static readonly int[] s_marks = [0x300, 0x301, 0x323, 0x327, 0x345, 0x93C, 0x9BE, 0x9D7, 0x1161, 0x11A8, 0x338, 0x20D2, 0x1D165, 0x41];

    /// <summary>The hashes are those of the same texts as CPython normalizes them by Unicode 14.</summary>
    [Theory]
    [InlineData(UnicodeForm.Nfc, "9cc65524a9d8082bf10840c616cd199bd2ac12ee49a3381bd6fb7957711f342b")]
    [InlineData(UnicodeForm.Nfkc, "06e7277bca1b5f061a23d4e0caee648a132aee7e3fe7ae21a6f460298c980a11")]
    public void Every_character_has_the_form_that_another_implementation_gives_it(UnicodeForm form, string expected) =>
        Assert.Equal(expected, HashOf(form, Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(c => new Rune(c).ToString())));

    [Theory]
    [InlineData(UnicodeForm.Nfc, "45f8e363fd3bb0835666ea29a381c27836000766d005431be8c7a010a0638b56")]
    [InlineData(UnicodeForm.Nfkc, "cc36be13b6f1cd4f01fe73f7ea9807cbe1f4445156abdd4143893e7a9315f33d")]
    public void Marks_are_ordered_put_together_and_blocked_as_another_implementation_does(UnicodeForm form, string expected) =>
        Assert.Equal(expected, HashOf(form, from letter in s_letters
                                            from first in s_marks
                                            from second in s_marks
                                            select string.Concat(new Rune(letter), new Rune(first), new Rune(second))));

    private static string HashOf(UnicodeForm form, IEnumerable<string> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in texts)
        {
            hash.AppendData(Operations.UnicodeNormalize(Text.From(text), form).Bytes);
            hash.AppendData("\n"u8);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
