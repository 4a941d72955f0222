using LeadSync.Mapping.Transforms;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_full_name_is_split
{
    [Theory]
    [InlineData("Ada Lovelace", null, "Ada", "Lovelace", null)]
    [InlineData("  Ada   Lovelace ", null, "Ada", "Lovelace", null)]
    [InlineData("John Quincy Adams", null, "John Quincy", "Adams", null)]
    [InlineData("Lovelace, Ada", null, "Ada", "Lovelace", null)]
    [InlineData("King, Martin Luther, Jr.", null, "Martin Luther", "King", "Jr.")]
    [InlineData("Martin Luther King Jr.", null, "Martin Luther", "King", "Jr.")]
    [InlineData("Martin Luther King, Jr.", null, "Martin Luther", "King", "Jr.")]
    [InlineData("Jane Doe, PhD, MBA", null, "Jane", "Doe", "PhD, MBA")]
    [InlineData("Thurston Howell III", null, "Thurston", "Howell", "III")]
    [InlineData("Gregory House MD", null, "Gregory", "House", "MD")]
    [InlineData("Dr. Gregory House", "Dr.", "Gregory", "House", null)]
    [InlineData("Prof. Dr. Emmy Noether", "Prof. Dr.", "Emmy", "Noether", null)]
    [InlineData("Mr. Smith", "Mr.", null, "Smith", null)]
    [InlineData("Frau Müller", "Frau", null, "Müller", null)]
    [InlineData("Herr Dr. Karl von Stein", "Herr Dr.", "Karl", "von Stein", null)]
    [InlineData("Ludwig van Beethoven", null, "Ludwig", "van Beethoven", null)]
    [InlineData("Johanna van der Meer", null, "Johanna", "van der Meer", null)]
    [InlineData("Maria de la Cruz García", null, "Maria", "de la Cruz García", null)]
    [InlineData("Juan De La Cruz", null, "Juan", "De La Cruz", null)]
    [InlineData("Ahmed bin Khalid", null, "Ahmed", "bin Khalid", null)]
    [InlineData("Leonardo da Vinci", null, "Leonardo", "da Vinci", null)]
    [InlineData("Jan van 't Hoff", null, "Jan", "van 't Hoff", null)]
    [InlineData("van der Berg, Anna", null, "Anna", "van der Berg", null)]
    [InlineData("van der Berg", null, null, "van der Berg", null)]
    [InlineData("Van Morrison", null, "Van", "Morrison", null)]
    [InlineData("Al Pacino", null, "Al", "Pacino", null)]
    [InlineData("Jill St. John", null, "Jill", "St. John", null)]
    [InlineData("Conan O'Brien", null, "Conan", "O'Brien", null)]
    [InlineData("Madonna", null, null, "Madonna", null)]
    [InlineData("Jack Ma", null, "Jack", "Ma", null)]
    [InlineData("山田太郎", null, null, "山田太郎", null)]
    [InlineData("山田　太郎", null, "太郎", "山田", null)]
    [InlineData("김 민준", null, "민준", "김", null)]
    [InlineData("Jr.", null, null, "Jr.", null)]
    [InlineData("Mr.", null, null, "Mr.", null)]
    [InlineData("Jr., Sr.", null, null, "Jr.", "Sr.")]
    // Names that do not say which word is which: the rule is told, and this is what it gives.
    [InlineData("Gabriel García Márquez", null, "Gabriel García", "Márquez", null)]
    [InlineData("Nagy Ferenc", null, "Nagy", "Ferenc", null)]
    public void Each_part_is_found_by_its_place_and_its_kind(
        string text,
        string? salutation,
        string? first,
        string last,
        string? suffix
    ) => PersonName.Read(text).ShouldBe(new PersonName(salutation, first, last, suffix));

    [Theory]
    [InlineData("")]
    [InlineData(" ,  , ")]
    public void Of_nothing_there_is_no_part(string text) => PersonName.Read(text).ShouldBeNull();

    [Theory]
    [InlineData("first", "Karl")]
    [InlineData("last", "von Stein")]
    [InlineData("salutation", "Dr.")]
    [InlineData("suffix", Steps.Nothing)]
    public void One_part_is_taken(string part, string expected) =>
        Steps.Of($$"""{"splitName":"{{part}}"}""", "Dr. Karl von Stein").ShouldBe(expected);

    // Names as people of ten scripts write them: nothing is lost, and the words stay whole.
    [Theory]
    [InlineData("Ada Lovelace")]
    [InlineData("Ἀριστοτέλης Σταγειρίτης")]
    [InlineData("Иван Сергеевич Петров")]
    [InlineData("محمد بن راشد")]
    [InlineData("דוד בן גוריון")]
    [InlineData("नरेन्द्र दामोदरदास मोदी")]
    [InlineData("สมชาย ใจดี")]
    [InlineData("გიორგი ბერიძე")]
    [InlineData("Արամ Խաչատրյան")]
    [InlineData("王小明")]
    [InlineData("ゆり 田中")]
    [InlineData("김민준")]
    public void No_word_of_a_name_is_lost_in_any_script(string text)
    {
        var name = PersonName.Read(text)!;

        $"{name.First} {name.Last}"
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Order(StringComparer.Ordinal)
            .ShouldBe(text.Split(' ').Order(StringComparer.Ordinal));
    }
}
