using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DbVc.Tests")]
