





﻿



  
 

result({"num": 7, "nPage": 2, "data": [{"title": "样本通知...", "puburl": "http://www.trs-igs.example/zwgk/202012/t20201204_4.html", "MetaDataId": "4", "efectdate": "", "tip": {"title": "样本通知之4", "dates": "2020年12月04日", "filenum": "样发〔2020〕4号", "publisher": "样本局"}}, {"title": "样本通知...", "puburl": "http://www.trs-igs.example/zwgk/202012/t20201205_5.html", "MetaDataId": "5", "efectdate": "", "tip": {"title": "样本通知之5", "dates": "2020年12月05日", "filenum": "样发〔2020〕5号", "publisher": "样本局"}}, {"title": "样本通知...", "puburl": "http://www.trs-igs.example/zwgk/202012/t20201206_6.html", "MetaDataId": "6", "efectdate": "", "tip": {"title": "样本通知之6", "dates": "2020年12月06日", "filenum": "样发〔2020〕6号", "publisher": "样本局"}}]});
